// What the programs that call the server with the faults have in common.

/// The server's base URL, and the fault: the id of a book, or `post-` and the title of one to add.
pub fn arguments() -> (String, String) {
    let mut arguments = std::env::args().skip(1);
    let argument = |text: Option<String>| text.expect("two arguments");
    (argument(arguments.next()), argument(arguments.next()))
}

/// Prints what a call came to, in one line.
pub fn report(result: Result<String, String>) {
    let text = match result {
        Ok(text) => format!("ok {text}"),
        Err(text) => format!("error {text}"),
    };
    println!("{}", text.replace('\n', "\\n"));
}
