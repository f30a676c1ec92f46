# What people repeat. Each line is plain cargo: see CONTRIBUTING.md.

# Lists these.
default:
    @just --list

# Types, format and lints.
check:
    cargo fmt --all --check
    cargo clippy --all-targets --locked -- -D warnings

# All tests, or one file of tests/: `just test catalog`.
test file='':
    cargo test --locked {{ if file == '' { '' } else { '--test ' + file } }}

# Takes changed requests and pages as they are now; look at the difference afterwards.
accept:
    INSTA_UPDATE=always cargo test --locked --test snapshots
    UPDATE=1 cargo test --locked --no-fail-fast --test '*'
    git diff --stat snapshots docs

# The docs, as docs.rs builds them.
docs:
    cargo doc --no-deps --all-features --locked --open

# All examples, without a key.
examples:
    for example in examples/*.rs; do cargo run --quiet --locked --example "$(basename "$example" .rs)" || exit 1; done

# Writes docs/public-api.txt. Needs `cargo install cargo-public-api` and a nightly toolchain.
public-api:
    .ci/public-api --write

# Everything that CI runs.
ci:
    .ci/run
