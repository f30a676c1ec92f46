//! What is known of the types only when all are there: what stands in place of what, boxes, names, and the modules they belong to.

use std::collections::HashSet;

use crate::names::{self, Taken};
use crate::rules;
use crate::types::{Kind, Known, Owner, Ty, Types};

/// Puts types in place of those that are only other names for them.
pub fn replace_aliases(types: &mut Types) {
    for id in 0..types.defs.len() {
        let Some(mut kind) = types.get(id).map(|def| def.kind.clone()) else { continue };
        match &mut kind {
            Kind::Model(fields) => {
                for field in fields {
                    let (ty, nullable) = types.resolved(&field.ty);
                    field.ty = ty;
                    field.nullable |= nullable;
                }
            }
            Kind::Union(arms) => {
                for arm in arms {
                    arm.ty = types.resolved(&arm.ty).0;
                }
            }
            _ => {}
        }
        if let Some(def) = types.get_mut(id) {
            def.kind = kind;
        }
    }
}

/// Boxes what would make a type hold itself, one place of each circle at a time.
pub fn box_circles(types: &mut Types) {
    for id in 0..types.defs.len() {
        let held: Vec<usize> = types.held(id).into_iter().filter(|(_, direct)| *direct).map(|(held, _)| held).collect();
        for inner in held {
            if leads_to(types, inner, id) {
                set_boxed(types, id, inner);
            }
        }
    }
}

/// Whether a type is part of another one's size.
fn leads_to(types: &Types, from: usize, to: usize) -> bool {
    let mut seen = HashSet::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        if id == to {
            return true;
        }
        if seen.insert(id) {
            open.extend(types.held(id).into_iter().filter(|(_, direct)| *direct).map(|(held, _)| held));
        }
    }
    false
}

fn set_boxed(types: &mut Types, id: usize, inner: usize) {
    match types.get_mut(id).map(|def| &mut def.kind) {
        Some(Kind::Model(fields)) => {
            for field in fields.iter_mut().filter(|field| field.ty == Ty::Named(inner)) {
                field.boxed = true;
                // A value that needs another one of its type could not be made.
                field.required = false;
            }
        }
        Some(Kind::Union(arms)) => {
            for arm in arms.iter_mut().filter(|arm| arm.ty == Ty::Named(inner)) {
                arm.boxed = true;
            }
        }
        _ => {}
    }
}

/// What always has the same text: left out where a union writes it, and a plain text elsewhere.
pub fn constants(types: &mut Types, plainly_used: &HashSet<usize>) {
    let mut known_by: Vec<(usize, String)> = Vec::new();
    for def in &types.defs {
        let Kind::Union(arms) = &def.kind else { continue };
        for arm in arms {
            if let (Known::Text(member, _), Ty::Named(id)) = (&arm.known, &arm.ty) {
                known_by.push((*id, member.clone()));
            }
        }
    }
    for (id, member) in known_by {
        if !plainly_used.contains(&id)
            && let Some(Kind::Model(fields)) = types.get_mut(id).map(|def| &mut def.kind)
        {
            fields.retain(|field| field.wire != member);
        }
    }
    for def in &mut types.defs {
        let Kind::Model(fields) = &mut def.kind else { continue };
        for field in fields {
            if let Some(text) = &field.constant {
                field.ty = Ty::Text;
                field.rules = vec![format!("sample = {}", rules::literal(text))];
                field.docs.push(format!("Always `{text}`."));
            }
        }
    }
}

/// The types that something other than a union knows by a text in them.
pub fn plainly_used(types: &Types, roots: impl IntoIterator<Item = usize>) -> HashSet<usize> {
    let mut used: HashSet<usize> = roots.into_iter().collect();
    for def in &types.defs {
        match &def.kind {
            Kind::Model(fields) => used.extend(fields.iter().filter_map(|field| field.ty.named())),
            Kind::Union(arms) => {
                let plain = arms.iter().filter(|arm| !matches!((&arm.known, &arm.ty), (Known::Text(..), Ty::Named(_))));
                used.extend(plain.filter_map(|arm| arm.ty.named()));
            }
            _ => {}
        }
    }
    used
}

/// Names the components, by their own names.
pub fn name_components(types: &mut Types, taken: &mut Taken, wanted: &HashSet<usize>) {
    for (id, def) in types.defs.iter_mut().enumerate() {
        if wanted.contains(&id) && def.owners.first() == Some(&Owner::Document) {
            let name = names::pascal(&def.word);
            def.name = taken.take(&[name.clone(), format!("{name}Object")]);
        }
    }
}

/// Names the other types after what they belong to. `operation` gives an operation's module and name.
pub fn name_others(
    types: &mut Types,
    taken: &mut Taken,
    wanted: &HashSet<usize>,
    operation: impl Fn(usize) -> (String, String),
) {
    for id in 0..types.defs.len() {
        let Some(def) = types.get(id).filter(|def| wanted.contains(&id) && def.name.is_empty()) else { continue };
        let word = names::pascal(&def.word);
        let mut candidates = Vec::new();
        if def.owners.len() > 1 {
            candidates.push(word.clone());
        }
        match def.owners.first() {
            Some(Owner::Type(owner)) => {
                let owner = types.get(*owner).map(|owner| owner.name.clone()).unwrap_or_default();
                candidates.push(joined(&owner, &word));
            }
            Some(Owner::Operation(index)) => {
                let (module, name) = operation(*index);
                let module: Vec<String> = names::words(&module).iter().map(|word| names::singular(word)).collect();
                let module = names::pascal_of(&module);
                candidates.push(joined(&module, &word));
                candidates.push(joined(&joined(&name, &module), &word));
            }
            _ => candidates.push(word),
        }
        let name = taken.take(&candidates);
        if let Some(def) = types.get_mut(id) {
            def.name = name;
        }
    }
}

/// Two names as one, without what both have where they meet: `IssueUser` and `User` are `IssueUser`.
fn joined(front: &str, back: &str) -> String {
    let front_words = names::words(front);
    let back_words = names::words(back);
    let overlap =
        (1..=back_words.len()).rev().find(|&count| front_words.ends_with(back_words.get(..count).unwrap_or_default()));
    let rest = back_words.get(overlap.unwrap_or(0)..).unwrap_or_default();
    // All of it would be the owner's own name.
    let rest = if rest.is_empty() { back_words.as_slice() } else { rest };
    format!("{front}{}", names::pascal_of(rest))
}

/// Assigns types to the module whose operations alone need them.
pub fn place(types: &mut Types, roots: &[(usize, usize)]) {
    for (module, id) in roots {
        for id in types.reached([*id]) {
            if let Some(def) = types.get_mut(id) {
                def.modules.insert(*module);
            }
        }
    }
}
