//! How objects and lists are written where there is no JSON: in queries and forms.

/// How an object is written in a query, a form or a multipart form: [`Api::OBJECTS`](crate::Api::OBJECTS), or of one field
/// `name: Type [objects = Brackets]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Objects {
    /// Not at all: the request is refused. (What a server reads is one of the others, and most ignore what they do not read.)
    Refuse,
    /// As one parameter with JSON: `metadata={"order":"7"}`, percent-encoded.
    Json,
    /// A parameter for each member, by its path in brackets: `metadata[order]=7`.
    Brackets,
    /// A parameter for each member, by its path with dots: `metadata.order=7`.
    Dots,
}

/// How a list is written in a query, a form or a multipart form: [`Api::LISTS`](crate::Api::LISTS), or of one field
/// `name: Vec<Type> [lists = Comma]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lists {
    /// The parameter is repeated: `tag=a&tag=b`.
    Repeat,
    /// The parameter is repeated with brackets: `tag[]=a&tag[]=b`.
    Brackets,
    /// The parameter is repeated with the index in brackets: `tag[0]=a&tag[1]=b`. Within dots: `tag.0=a&tag.1=b`.
    Index,
    /// One parameter, with commas: `tag=a,b`. An item that has a comma is refused.
    Comma,
}

/// Both, as they hold for an operation or a field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) objects: Objects,
    pub(crate) lists: Lists,
}
