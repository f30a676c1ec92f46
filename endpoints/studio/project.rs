//! Projects, which separate the objects of one account. An API key belongs to one of them, and sees only the objects of that
//! one.
//!
//! None of these operations is in the public specification.
//!
//! ```no_run
//! # async fn example(client: livepeer::Client) -> Result<(), livepeer::Error> {
//! use livepeer::project;
//!
//! let project = client.call(project::Create::new("staging")).await?;
//! println!("{:?}", project.id);
//! # Ok(())
//! # }
//! ```

use crate::endpoints::prelude::*;

operations! {
    // Not retryable: each request makes a project.
    endpoint! {
        /// Creates a project.
        ///
        /// Not in the public specification.
        pub Create: Studio = POST "/project" json {
            /// Human-readable name.
            name: String,
        } -> Project, status(201)
    }
    endpoint! {
        /// Lists projects, the newest first.
        ///
        /// Fields to filter and to order by: `id`, `name`, `createdAt`. Not in the public specification.
        pub List: Studio = GET "/project" query { ..page } -> Vec<Project>, paged
    }
    endpoint! {
        /// Retrieves a project.
        ///
        /// Fails with 403, not 404, when there is none. Not in the public specification.
        pub Get: Studio = GET "/project/{id}" (id: ProjectId) -> Project
    }
    // Retryable, because it sets a field to a given value.
    endpoint! {
        /// Renames a project.
        ///
        /// Not in the public specification.
        pub Update: Studio = PATCH "/project/{id}" (id: ProjectId) json {
            /// Human-readable name.
            name?: String,
        } -> (), retryable
    }
    endpoint! {
        /// Deletes a project.
        ///
        /// The open-source server accepts this and, so far, leaves the project as it is. Not in the public
        /// specification.
        pub Delete: Studio = DELETE "/project/{id}" (id: ProjectId) -> ()
    }
}

model! {
    /// A project.
    pub struct Project: Studio {
        /// Id.
        id?: ProjectId,
        /// Human-readable name.
        name: String,
        /// When it was created.
        created_at?: Timestamp,
        /// Account that it belongs to.
        user_id?: UserId,
    }
}
