//! Credentials of a database, PostgreSQL.

use vault::database as d;

use crate::Server;
use crate::postgres::Postgres;

pub async fn all(server: Server) {
    let mount = "database";
    crate::engines::enable(&server, mount, "database").await;
    let postgres = Postgres::start();
    let url = postgres.url().replace("fleet@", "{{username}}:{{password}}@");
    let connection = || {
        d::SetPostgresConnection::new(mount, "main", url.as_str(), "postgresql-database-plugin")
            .allowed_roles(["r".to_owned(), "s".to_owned()])
            .username("fleet")
            .password("first")
    };
    server.call(connection().max_open_connections(2u64)).await;
    let read = server.call(d::ReadConnection::new(mount, "main")).await.data.unwrap();
    assert_eq!((read.connection_details.username.as_str(), read.allowed_roles.len()), ("fleet", 2));
    assert_eq!(server.call(d::ListConnections::new(mount)).await.data.unwrap().keys, ["main"]);
    let create = r#"CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}';"#;
    server
        .call(
            d::SetRole::new(mount, "r", "main")
                .creation_statements([create.to_owned(), "CREATE ROLE app LOGIN".to_owned()])
                .default_ttl("1h"),
        )
        .await;
    assert_eq!(server.call(d::ReadRole::new(mount, "r")).await.data.unwrap().default_ttl, 3600);
    assert_eq!(server.call(d::ListRoles::new(mount)).await.data.unwrap().keys, ["r"]);
    let credentials = server.call(d::GenerateCredentials::new(mount, "r")).await;
    assert!(credentials.lease_duration == 3600 && !credentials.data.unwrap().username.is_empty());

    server.call(d::SetStaticRole::new(mount, "s", "main", "app", "24h")).await;
    assert_eq!(server.call(d::ReadStaticRole::new(mount, "s")).await.data.unwrap().rotation_period, 86400);
    assert_eq!(server.call(d::ListStaticRoles::new(mount)).await.data.unwrap().keys, ["s"]);
    let before = server.call(d::ReadStaticCredentials::new(mount, "s")).await.data.unwrap();
    server.call(d::RotateStaticRole::new(mount, "s")).await;
    let after = server.call(d::ReadStaticCredentials::new(mount, "s")).await.data.unwrap();
    assert_ne!(before.password.expose(), after.password.expose());
    server.call(d::ResetConnection::new(mount, "main")).await;
    server.call(d::RotateRoot::new(mount, "main")).await;
    server.call(d::DeleteStaticRole::new(mount, "s")).await;
    server.call(d::DeleteRole::new(mount, "r")).await;
    server.call(d::DeleteConnection::new(mount, "main")).await;
}
