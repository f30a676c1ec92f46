//! The text of an operation's declaration.

use crate::body::Body;
use crate::docs;
use crate::operation::Operation;
use crate::print::{Of, Printer, WIDTH, comment_lines};
use crate::response::Response;
use crate::rules::literal;
use crate::types::{Field, Ty};

impl Printer<'_> {
    /// An operation, as it stands in `operations!`.
    pub fn operation(&self, operation: &Operation) -> String {
        let mut text = String::from("    endpoint! {\n");
        for comment in &operation.comments {
            text.push_str(&comment_lines(comment, 8));
        }
        for guess in &operation.guesses {
            text.push_str(&comment_lines(&format!("guessed: `{guess}`"), 8));
        }
        let docs = match operation.docs.as_slice() {
            [] => vec![format!("`{} {}`.", operation.method, operation.wire_path)],
            docs => docs.to_vec(),
        };
        text.push_str(&docs::lines(&docs, 8));
        if operation.deprecated {
            text.push_str("        #[deprecated]\n");
        }
        text.push_str(&format!(
            "        pub {}: {} = {} {}",
            operation.name,
            self.facts.name,
            operation.method,
            literal(&operation.path)
        ));
        text.push_str(&self.parameters(operation, &text));
        text.push_str(&self.part("query", &operation.query, Of::Request));
        text.push_str(&self.part("headers", &operation.headers, Of::Header));
        match &operation.body {
            Body::None => {}
            Body::Json(fields) => text.push_str(&self.part("json", fields, Of::Json)),
            Body::Form(fields) => text.push_str(&self.part("form", fields, Of::Request)),
            Body::Multipart(fields) => text.push_str(&self.part("multipart", fields, Of::Request)),
            Body::JsonOf(field) => text.push_str(&self.single("json", field, &self.ty(&field.ty))),
            Body::Raw(field, ty) => text.push_str(&self.single("body", field, ty)),
        }
        text.push_str(&self.response(operation));
        text.push_str("    }\n");
        text
    }

    fn parameters(&self, operation: &Operation, before: &str) -> String {
        let fields = &operation.parameters;
        if fields.is_empty() {
            return String::new();
        }
        let bare: Vec<String> = fields.iter().map(|field| self.bare_field(field, Of::Path)).collect();
        let line = format!(" ({})", bare.join(", "));
        let width = before.lines().last().map_or(0, |line| line.chars().count());
        if fields.iter().all(|field| field.docs.is_empty()) && width + line.len() < WIDTH - 12 {
            return line;
        }
        let fields: String = fields.iter().map(|field| self.field(field, Of::Path, 12)).collect();
        format!(" (\n{fields}        )")
    }

    fn part(&self, name: &str, fields: &[Field], of: Of) -> String {
        if fields.is_empty() {
            return if name == "json" || name == "form" { format!(" {name} {{}}") } else { String::new() };
        }
        let fields: String = fields.iter().map(|field| self.field(field, of, 12)).collect();
        format!(" {name} {{\n{fields}        }}")
    }

    fn single(&self, part: &str, field: &Field, ty: &str) -> String {
        let rust = &field.rust;
        let docs = docs::lines(&field.docs, 12);
        if docs.is_empty() {
            format!(" {part}({rust}: {ty})")
        } else {
            format!(" {part}(\n{docs}            {rust}: {ty},\n        )")
        }
    }

    fn response(&self, operation: &Operation) -> String {
        let mut text = match &operation.response {
            Response::Match(arms) => {
                let arms = arms.iter().map(|(status, variant, response)| match &**response {
                    Response::Empty => format!("            {status} => {variant},\n"),
                    response => format!("            {status} => {variant}({}),\n", self.plain_response(response)),
                });
                format!(" -> match {{\n{}        }}", arms.collect::<String>())
            }
            response => format!(" -> {}", self.plain_response(response)),
        };
        let mut clauses = Vec::new();
        clauses.extend(operation.id.as_ref().map(|id| format!("id({})", literal(id))));
        clauses.extend(operation.clauses.iter().cloned());
        clauses.extend(operation.guesses.iter().cloned());
        if !operation.response_headers.is_empty() {
            let fields: String =
                operation.response_headers.iter().map(|field| self.field(field, Of::ResponseHeader, 12)).collect();
            clauses.push(format!("headers {{\n{fields}        }}"));
        }
        clauses.extend(self.errors(&operation.errors));
        let mut width = 24;
        for clause in clauses {
            let first = clause.lines().next().unwrap_or_default().chars().count();
            width += first + 2;
            if width > WIDTH - 40 {
                text.push_str(",\n            ");
                width = 12 + first;
            } else {
                text.push_str(", ");
            }
            text.push_str(&clause);
            if clause.contains('\n') {
                width = 12;
            }
        }
        text.push('\n');
        text
    }

    fn plain_response(&self, response: &Response) -> String {
        match response {
            Response::Empty | Response::Match(_) => "()".to_owned(),
            Response::Of(ty) => self.ty(ty),
            Response::Bytes => "bytes".to_owned(),
            Response::Text => "text".to_owned(),
            Response::Download => "download".to_owned(),
            Response::Sse(ty) => format!("sse {}", self.ty(ty)),
            Response::Lines(ty) => format!("lines {}", self.ty(ty)),
        }
    }

    /// The errors that differ from the API's.
    fn errors(&self, errors: &[(String, Ty)]) -> Option<String> {
        let usual = self.facts.error.as_ref();
        let mut arms: Vec<(Vec<String>, &'static str, &Ty)> = Vec::new();
        let mut rest = usual;
        for (status, ty) in errors {
            if status == "default" {
                rest = Some(ty);
            } else if Some(ty) != usual {
                let (pattern, variant) = pattern(status);
                match arms.iter_mut().find(|(_, _, other)| *other == ty) {
                    Some((patterns, ..)) => patterns.push(pattern),
                    None => arms.push((vec![pattern], variant, ty)),
                }
            }
        }
        if arms.is_empty() {
            return rest.filter(|_| rest != usual).map(|ty| format!("error({})", self.ty(ty)));
        }
        let mut taken = std::collections::HashSet::from(["Other".to_owned()]);
        let mut text = String::from("errors {\n");
        for (patterns, variant, ty) in arms {
            let variant = crate::names::distinct(variant.to_owned(), &mut taken);
            text.push_str(&format!("            {} => {variant}({}),\n", patterns.join(" | "), self.ty(ty)));
        }
        let rest = rest.map_or_else(|| "Unmapped".to_owned(), |ty| self.ty(ty));
        text.push_str(&format!("            _ => Other({rest}),\n        }}"));
        Some(text)
    }
}

fn pattern(status: &str) -> (String, &'static str) {
    let name = match status {
        "400" => "BadRequest",
        "401" => "Unauthorized",
        "402" => "PaymentRequired",
        "403" => "Forbidden",
        "404" => "NotFound",
        "405" => "MethodNotAllowed",
        "406" => "NotAcceptable",
        "409" => "Conflict",
        "410" => "Gone",
        "412" => "PreconditionFailed",
        "413" => "TooLarge",
        "415" => "UnsupportedMediaType",
        "422" => "Invalid",
        "423" => "Locked",
        "429" => "TooManyRequests",
        "500" => "Internal",
        "502" => "BadGateway",
        "503" => "Unavailable",
        _ if status.starts_with('5') => "Failed",
        _ => "Refused",
    };
    match status.as_bytes() {
        [digit @ (b'4' | b'5'), b'X' | b'x', ..] => (format!("{0}00..={0}99", char::from(*digit)), name),
        _ if status.len() == 3 && status.bytes().all(|it| it.is_ascii_digit()) => (status.to_owned(), name),
        _ => ("400..=599".to_owned(), name),
    }
}
