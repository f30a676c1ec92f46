# What people repeat. Each is plain cargo, or a script of .ci, and installs nothing: see CONTRIBUTING.md.

# Lists these.
default:
    @just --list

# Whether it compiles, tests and examples included.
check:
    cargo check --workspace --all-targets --locked

# Format and lints.
lint:
    .ci/check format lints

# All tests, or one file of tests/: `just test catalog`.
test file='':
    cargo test --locked {{ if file == '' { '' } else { '-p livepeer --test ' + file } }}

# Takes changed requests, pages and messages as they are now; look at the difference afterwards.
accept:
    INSTA_UPDATE=always cargo test --locked --test snapshots
    UPDATE=1 cargo test --locked --no-fail-fast --test '*'
    git diff --stat snapshots docs

# The docs, as docs.rs builds them.
docs:
    cargo doc --workspace --no-deps --all-features --locked --open

# All examples, without a key.
examples:
    for example in examples/*.rs; do cargo run --quiet --locked --example "$(basename "$example" .rs)" || exit 1; done

# Writes docs/public-api. Needs a nightly toolchain and cargo-public-api: `.ci/setup toolchains cargo-public-api`.
public-api:
    .ci/public-api --write

# Each fuzz target for some seconds, or the ones named. Needs a nightly toolchain and cargo-fuzz: `.ci/setup toolchains cargo-fuzz`.
fuzz seconds='60' *targets:
    .ci/fuzz {{ seconds }} {{ targets }}

# Everything that CI checks, or what is named: `just ci lints docs`. What lacks a tool is left out, and listed at the end.
ci *checks:
    .ci/check {{ checks }}

# Installs what the checks need, on this machine.
setup:
    .ci/setup

# Prepares a release, as `just release minor`: shows what would happen, and with `--execute` does it. Needs cargo-release.
release level *options:
    cargo release {{ level }} -p typed-endpoint -p livepeer {{ options }}
