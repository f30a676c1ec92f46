//! What belongs to a repository: `tests/recorded.rs` calls all of it with recorded responses.

use serde_json::Value;
use typed_endpoint::{Nullable, model, open_enum, operations};

use super::{Asset, Content, GitHub, User, ValidationFailed};

operations! {
    endpoint! {
        /// Lists where everything is.
        pub Root: GitHub = GET "/" -> std::collections::BTreeMap<String, String>
    }
    endpoint! {
        /// Retrieves an organization.
        pub GetOrganization: GitHub = GET "/orgs/{org}" (org: String) -> Organization
    }
    endpoint! {
        /// Retrieves a repository.
        pub GetRepository: GitHub = GET "/repos/{owner}/{repo}" (owner: String, repo: String) -> Repository
    }
    endpoint! {
        /// Changes a repository.
        pub UpdateRepository: GitHub = PATCH "/repos/{owner}/{repo}" (owner: String, repo: String) json {
            name?: String,
            description?: String,
        } -> Repository
    }
    endpoint! {
        /// Changes a repository, by its id.
        pub UpdateRepositoryById: GitHub = PATCH "/repositories/{id}" (id: u64) json {
            name?: String,
            description?: String,
        } -> Repository
    }
    endpoint! {
        /// Lists who may write.
        pub ListCollaborators: GitHub = GET "/repos/{owner}/{repo}/collaborators" (owner: String, repo: String)
            -> Vec<User>
    }
    endpoint! {
        /// Invites somebody, unless no invitation is needed.
        pub AddCollaborator: GitHub = PUT "/repos/{owner}/{repo}/collaborators/{username}" (
            owner: String,
            repo: String,
            username: String,
        ) -> match {
            201 => Invited(Invitation),
            204 => Added,
        }
    }
    endpoint! {
        /// Takes somebody the right to write.
        pub RemoveCollaborator: GitHub = DELETE "/repos/{owner}/{repo}/collaborators/{username}" (
            owner: String,
            repo: String,
            username: String,
        ) -> ()
    }
    endpoint! {
        /// Lists invitations.
        pub ListInvitations: GitHub = GET "/repos/{owner}/{repo}/invitations" (owner: String, repo: String)
            -> Vec<Invitation>
    }
    endpoint! {
        /// Accepts an invitation.
        pub AcceptInvitation: GitHub = PATCH "/user/repository_invitations/{id}" (id: u64) -> ()
    }
    endpoint! {
        /// Retrieves how a branch is protected.
        pub GetProtection: GitHub = GET "/repos/{owner}/{repo}/branches/{branch}/protection" (
            owner: String,
            repo: String,
            branch: String,
        ) -> Protection
    }
    endpoint! {
        /// Protects a branch: what is null is not wanted.
        pub Protect: GitHub = PUT "/repos/{owner}/{repo}/branches/{branch}/protection" (
            owner: String,
            repo: String,
            branch: String,
        ) json {
            required_status_checks: Nullable<Value>,
            required_pull_request_reviews: Nullable<Value>,
            restrictions: Nullable<Value>,
            enforce_admins: Nullable<bool>,
        } -> Protection
    }
    endpoint! {
        /// No longer protects a branch.
        pub Unprotect: GitHub = DELETE "/repos/{owner}/{repo}/branches/{branch}/protection" (
            owner: String,
            repo: String,
            branch: String,
        ) -> ()
    }
    endpoint! {
        /// Says how a check of a commit went.
        pub CreateStatus: GitHub = POST "/repos/{owner}/{repo}/statuses/{sha}" (
            owner: String,
            repo: String,
            sha: String,
        ) json {
            state: StatusState,
            target_url?: String,
            description?: String,
            context?: String,
        } -> Status, status(201)
    }
    endpoint! {
        /// Lists how the checks of a commit went.
        pub ListStatuses: GitHub = GET "/repos/{owner}/{repo}/commits/{reference}/statuses" (
            owner: String,
            repo: String,
            reference: String,
        ) -> Vec<Status>
    }
    endpoint! {
        /// Retrieves how the checks of a commit went as a whole.
        pub CombinedStatus: GitHub = GET "/repos/{owner}/{repo}/commits/{reference}/status" (
            owner: String,
            repo: String,
            reference: String,
        ) -> Combined
    }
    endpoint! {
        /// Lists the files of the first folder.
        pub ListContents: GitHub = GET "/repos/{owner}/{repo}/contents/" (owner: String, repo: String) -> Vec<Content>
    }
    endpoint! {
        /// Lists references.
        pub ListReferences: GitHub = GET "/repos/{owner}/{repo}/git/refs/" (owner: String, repo: String)
            -> Vec<Reference>
    }
    endpoint! {
        /// Makes a reference.
        pub CreateReference: GitHub = POST "/repos/{owner}/{repo}/git/refs" (owner: String, repo: String) json {
            r#ref: String,
            sha: String,
        } -> Reference, status(201)
    }
    endpoint! {
        /// Moves a reference, which has slashes.
        pub UpdateReference: GitHub = PATCH "/repos/{owner}/{repo}/git/refs/{reference}" (
            owner: String,
            repo: String,
            reference*: String,
        ) json {
            sha: String,
            force?: bool,
        } -> Reference
    }
    endpoint! {
        /// Removes a reference.
        pub DeleteReference: GitHub = DELETE "/repos/{owner}/{repo}/git/refs/{reference}" (
            owner: String,
            repo: String,
            reference*: String,
        ) -> ()
    }
    endpoint! {
        /// Lists labels.
        pub ListLabels: GitHub = GET "/repos/{owner}/{repo}/labels" (owner: String, repo: String) -> Vec<Label>
    }
    endpoint! {
        /// Makes a label.
        pub CreateLabel: GitHub = POST "/repos/{owner}/{repo}/labels" (owner: String, repo: String) json {
            name: String,
            color?: String,
        } -> Label, status(201), error(ValidationFailed)
    }
    endpoint! {
        /// Retrieves a label.
        pub GetLabel: GitHub = GET "/repos/{owner}/{repo}/labels/{name}" (owner: String, repo: String, name: String)
            -> Label
    }
    endpoint! {
        /// Changes a label.
        pub UpdateLabel: GitHub = PATCH "/repos/{owner}/{repo}/labels/{name}" (
            owner: String,
            repo: String,
            name: String,
        ) json {
            new_name?: String,
            color?: String,
        } -> Label
    }
    endpoint! {
        /// Removes a label.
        pub DeleteLabel: GitHub = DELETE "/repos/{owner}/{repo}/labels/{name}" (
            owner: String,
            repo: String,
            name: String,
        ) -> ()
    }
    endpoint! {
        /// Labels an issue.
        pub AddLabels: GitHub = POST "/repos/{owner}/{repo}/issues/{number}/labels" (
            owner: String,
            repo: String,
            number: u64,
        ) json {
            labels: Vec<String>,
        } -> Vec<Label>
    }
    endpoint! {
        /// Locks an issue.
        pub LockIssue: GitHub = PUT "/repos/{owner}/{repo}/issues/{number}/lock" (
            owner: String,
            repo: String,
            number: u64,
        ) -> ()
    }
    endpoint! {
        /// Unlocks an issue.
        pub UnlockIssue: GitHub = DELETE "/repos/{owner}/{repo}/issues/{number}/lock" (
            owner: String,
            repo: String,
            number: u64,
        ) -> ()
    }
    endpoint! {
        /// Marks all notifications as read.
        pub ReadNotifications: GitHub = PUT "/notifications" -> ()
    }
    endpoint! {
        /// Renders Markdown that is the whole body.
        pub RenderRaw: GitHub = POST "/markdown/raw" headers {
            const content_type: String = "text/plain",
        } body(content: String) -> text
    }
    endpoint! {
        /// Adds a card to a column.
        pub CreateCard: GitHub = POST "/projects/columns/{column}/cards" (column: u64) json {
            note: String,
        } -> Card, status(201)
    }
    endpoint! {
        /// Lists the cards of a column.
        pub ListCards: GitHub = GET "/projects/columns/{column}/cards" (column: u64) -> Vec<Card>
    }
    endpoint! {
        /// Retrieves a card.
        pub GetCard: GitHub = GET "/projects/columns/cards/{card}" (card: u64) -> Card
    }
    endpoint! {
        /// Changes a card.
        pub UpdateCard: GitHub = PATCH "/projects/columns/cards/{card}" (card: u64) json { note?: String } -> Card
    }
    endpoint! {
        /// Moves a card.
        pub MoveCard: GitHub = POST "/projects/columns/cards/{card}/moves" (card: u64) json {
            position: String,
            column_id?: u64,
        } -> Value, status(201)
    }
    endpoint! {
        /// Removes a card.
        pub DeleteCard: GitHub = DELETE "/projects/columns/cards/{card}" (card: u64) -> ()
    }
    endpoint! {
        /// Finds a release by its tag.
        pub GetRelease: GitHub = GET "/repos/{owner}/{repo}/releases/tags/{tag}" (
            owner: String,
            repo: String,
            tag: String,
        ) -> Release
    }
    endpoint! {
        /// Lists the files of a release.
        pub ListAssets: GitHub = GET "/repos/{owner}/{repo}/releases/{release_id}/assets" (
            owner: String,
            repo: String,
            release_id: u64,
        ) -> Vec<Asset>
    }
    endpoint! {
        /// Retrieves what is known of a file of a release.
        pub GetAsset: GitHub = GET "/repos/{owner}/{repo}/releases/assets/{id}" (
            owner: String,
            repo: String,
            id: u64,
        ) -> Asset
    }
    endpoint! {
        /// Renames a file of a release.
        pub UpdateAsset: GitHub = PATCH "/repos/{owner}/{repo}/releases/assets/{id}" (
            owner: String,
            repo: String,
            id: u64,
        ) json {
            name?: String,
            label?: String,
        } -> Asset
    }
    endpoint! {
        /// Removes a file of a release.
        pub DeleteAsset: GitHub = DELETE "/repos/{owner}/{repo}/releases/assets/{id}" (
            owner: String,
            repo: String,
            id: u64,
        ) -> ()
    }
}

open_enum! {
    /// How a check went.
    pub enum StatusState {
        /// It is not over.
        Pending = "pending",
        /// It passed.
        Success = "success",
        /// It failed.
        Failure = "failure",
        /// It could not be carried out.
        Error = "error",
    }
}

model! {
    /// An organization.
    pub struct Organization: GitHub {
        login: String,
        id: u64,
        public_repos?: u64,
    }

    /// A repository.
    pub struct Repository: GitHub {
        id: u64,
        name: String,
        full_name: String,
        owner: User,
        description?: String,
        fork: bool,
    }

    /// An invitation to write.
    pub struct Invitation: GitHub {
        id: u64,
        repository: Repository,
        invitee: User,
        permissions: String,
    }

    /// How a branch is protected.
    pub struct Protection: GitHub {
        required_status_checks?: Checks,
        required_signatures?: Switch,
        enforce_admins?: Switch,
    }

    /// Checks that have to pass.
    pub struct Checks: GitHub {
        strict: bool,
        contexts: Vec<String>,
    }

    /// Whether something is on.
    pub struct Switch: GitHub {
        enabled: bool,
    }

    /// How a check of a commit went.
    pub struct Status: GitHub {
        id: u64,
        state: StatusState,
        context: String,
        description?: String,
        creator?: User,
    }

    /// How the checks of a commit went as a whole.
    pub struct Combined: GitHub {
        state: StatusState,
        statuses: Vec<Status>,
        total_count: u64,
    }

    /// A branch or a tag.
    pub struct Reference: GitHub {
        r#ref: String,
        object: Object,
    }

    /// What a reference leads to.
    pub struct Object: GitHub {
        sha: String,
        r#type: String,
    }

    /// A label.
    pub struct Label: GitHub {
        id: u64,
        name: String,
        color: String,
        r#default?: bool,
    }

    /// A card of a project.
    pub struct Card: GitHub {
        id: u64,
        note?: String,
        archived?: bool,
        creator?: User,
    }

    /// A release.
    pub struct Release: GitHub {
        id: u64,
        tag_name: String,
        assets: Vec<Asset>,
    }
}
