//! The types of the output, as they are collected from schemas; they get their names at the end.

use std::collections::{BTreeSet, HashMap};

/// A type, as it stands in a declaration.
#[derive(Clone, Debug, PartialEq)]
pub enum Ty {
    Text,
    Bool,
    Number(&'static str),
    /// Any JSON.
    Value,
    File,
    List(Box<Ty>),
    Map(Box<Ty>),
    /// A declared type, by its index.
    Named(usize),
}

impl Ty {
    pub fn list(item: Self) -> Self {
        Self::List(Box::new(item))
    }

    pub fn map(value: Self) -> Self {
        Self::Map(Box::new(value))
    }

    /// The declared types in it.
    pub fn named(&self) -> Option<usize> {
        match self {
            Self::Named(id) => Some(*id),
            Self::List(inner) | Self::Map(inner) => inner.named(),
            _ => None,
        }
    }

    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text)
    }
}

/// A field of a model or of a request.
#[derive(Clone, Debug)]
pub struct Field {
    pub wire: String,
    pub rust: String,
    pub ty: Ty,
    pub required: bool,
    pub nullable: bool,
    pub docs: Vec<String>,
    /// What stands behind the type: `range = 1..=12`.
    pub rules: Vec<String>,
    /// The only value, of a text that has one.
    pub constant: Option<String>,
    /// A path parameter with slashes.
    pub slashes: bool,
    /// A comment above it.
    pub comment: Option<String>,
    /// Whether the type is boxed, because it holds itself.
    pub boxed: bool,
}

impl Field {
    pub fn new(wire: &str, rust: String, ty: Ty) -> Self {
        Self {
            wire: wire.to_owned(),
            rust,
            ty,
            required: false,
            nullable: false,
            docs: Vec::new(),
            rules: Vec::new(),
            constant: None,
            slashes: false,
            comment: None,
            boxed: false,
        }
    }
}

/// How an alternative of a union is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    /// By its kind alone.
    Alone,
    /// By a member that it has.
    Member(String),
    /// By the text of a member.
    Text(String, String),
}

/// An alternative of a union.
#[derive(Clone, Debug)]
pub struct Arm {
    pub kind: &'static str,
    pub known: Known,
    pub variant: String,
    pub ty: Ty,
    pub docs: Vec<String>,
    pub boxed: bool,
}

/// What a declared type is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Another type in its place.
    Alias(Ty),
    Model(Vec<Field>),
    /// Texts: variant, text, docs.
    Enum(Vec<(String, String, Vec<String>)>),
    Union(Vec<Arm>),
    Id,
}

/// Who a type without a name of its own belongs to.
#[derive(Clone, Debug, PartialEq)]
pub enum Owner {
    Type(usize),
    /// An operation, by its index.
    Operation(usize),
    Document,
}

/// How the next page of a list is found in a page.
#[derive(Clone, Debug)]
pub enum Next {
    /// The response does not say.
    Counted,
    /// This text or number.
    Field(String, Ty, bool),
    /// This member of the last item, and whether it may be missing.
    LastItem(String, bool),
}

/// How a model is a page of a list.
#[derive(Clone, Debug)]
pub struct PageOf {
    pub items: String,
    pub item: Ty,
    pub items_required: bool,
    pub next: Next,
    pub has_more: Option<(String, bool)>,
    pub total: Option<(String, bool)>,
}

/// A declared type.
#[derive(Clone, Debug)]
pub struct Def {
    /// The name of the component, or what the type is within its owner.
    pub word: String,
    pub owners: Vec<Owner>,
    pub docs: Vec<String>,
    pub kind: Kind,
    pub nullable: bool,
    /// Whether callers send it.
    pub input: bool,
    pub comment: Option<String>,
    pub page: Option<PageOf>,
    /// Whether it is the body of an error response.
    pub error: bool,
    /// Whether it is the item of a stream of events.
    pub event: bool,
    pub name: String,
    /// The modules whose operations need it.
    pub modules: BTreeSet<usize>,
}

/// All declared types.
#[derive(Debug, Default)]
pub struct Types {
    pub defs: Vec<Def>,
    /// By what they were made of.
    pub known: HashMap<String, usize>,
}

impl Types {
    /// Makes room for a type that is not known yet.
    pub fn reserve(&mut self, key: Option<String>, word: &str, owner: Owner) -> usize {
        let id = self.defs.len();
        self.defs.push(Def {
            word: word.to_owned(),
            owners: vec![owner],
            docs: Vec::new(),
            kind: Kind::Alias(Ty::Value),
            nullable: false,
            input: false,
            comment: None,
            page: None,
            error: false,
            event: false,
            name: String::new(),
            modules: BTreeSet::new(),
        });
        if let Some(key) = key {
            self.known.insert(key, id);
        }
        id
    }

    pub fn get(&self, id: usize) -> Option<&Def> {
        self.defs.get(id)
    }

    pub fn get_mut(&mut self, id: usize) -> Option<&mut Def> {
        self.defs.get_mut(id)
    }

    /// A type with what stands in place of others; and whether one of these may be `null`.
    pub fn resolved(&self, ty: &Ty) -> (Ty, bool) {
        self.resolve(ty, 0)
    }

    fn resolve(&self, ty: &Ty, depth: usize) -> (Ty, bool) {
        // Only types that are nothing but each other are that deep.
        if depth > 64 {
            return (Ty::Value, false);
        }
        match ty {
            Ty::Named(id) => match self.get(*id) {
                Some(Def { kind: Kind::Alias(inner), nullable, .. }) => {
                    let (inner, inner_nullable) = self.resolve(inner, depth + 1);
                    (inner, *nullable || inner_nullable)
                }
                Some(def) => (ty.clone(), def.nullable),
                None => (Ty::Value, false),
            },
            Ty::List(inner) => (Ty::list(self.resolve(inner, depth + 1).0), false),
            Ty::Map(inner) => (Ty::map(self.resolve(inner, depth + 1).0), false),
            _ => (ty.clone(), false),
        }
    }

    /// The fields of the model that a type is.
    pub fn model(&self, ty: &Ty) -> Option<(usize, &[Field])> {
        let (Ty::Named(id), _) = self.resolved(ty) else { return None };
        match &self.get(id)?.kind {
            Kind::Model(fields) => Some((id, fields)),
            _ => None,
        }
    }

    /// The types that a type holds: directly, so that they are part of its size, or not.
    pub fn held(&self, id: usize) -> Vec<(usize, bool)> {
        let direct = |ty: &Ty| matches!(ty, Ty::Named(_));
        let mut held = Vec::new();
        match self.get(id).map(|def| &def.kind) {
            Some(Kind::Model(fields)) => {
                held.extend(
                    fields.iter().filter_map(|field| Some((field.ty.named()?, direct(&field.ty) && !field.boxed))),
                );
            }
            Some(Kind::Union(arms)) => {
                held.extend(arms.iter().filter_map(|arm| Some((arm.ty.named()?, direct(&arm.ty) && !arm.boxed))));
            }
            _ => {}
        }
        held
    }

    /// Every type that these hold, however deep, with themselves.
    pub fn reached(&self, from: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<usize> = from.into_iter().collect();
        while let Some(id) = open.pop() {
            if reached.insert(id) {
                open.extend(self.held(id).into_iter().map(|(id, _)| id));
            }
        }
        reached
    }
}
