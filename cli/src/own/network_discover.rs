//! `livepeer network discover`: the runners of apps.

use std::collections::BTreeSet;

use clap::{Arg, ArgMatches, Command};

use crate::context::Context;
use crate::failure::Failure;
use crate::network;
use crate::output::List;

pub fn build(command: Command) -> Command {
    let command = command
        .about("Lists runners of apps, in the order in which they would be tried; nothing is reserved or paid")
        .arg(Arg::new("app").long("app").value_name("APP").help("Only runners of this app (default: of all)"));
    network::args(command)
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let (client, asked) = network::client(context, matches, true)?;
    let apps = match matches.get_one::<String>("app") {
        Some(app) => BTreeSet::from([app.clone()]),
        None => {
            let offers = client.discover().await.map_err(|error| asked.failure(error))?;
            offers.into_iter().map(|offer| offer.runner.app).collect()
        }
    };
    let mut list = List::new(&context.printer, None);
    for name in apps {
        let offers = network::app(&client, &name, matches).offers().await;
        for offer in offers.map_err(|error| asked.failure(error))? {
            list.push(network::shown(&offer))?;
        }
    }
    list.end()
}
