//! Rooms and who is in them.
#![allow(deprecated)]

use super::super::handler::{HandlerResult, find, remove};
use super::super::routes::Routes;
use super::super::state::StudioState;
use crate::endpoints::studio::room::{
    Create, CreateUser, CreatedRoom, CreatedRoomUser, Delete, DeleteUser, Get, GetUser, Participant, Room, RoomId,
    RoomPermission, RoomUser, RoomUserId, StartEgress, StopEgress, UpdateUser,
};
use typed_endpoint::mock::Reply;

pub(super) fn routes(routes: Routes) -> Routes {
    let routes = routes.on(create).on(get).on(delete).on(start_egress).on(stop_egress);
    routes.on(create_user).on(get_user).on(update_user).on(delete_user)
}

fn create(state: &mut StudioState, _: Create) -> HandlerResult<CreatedRoom> {
    if !state.settings.rooms {
        return Err(Reply::text(400, "not enabled"));
    }
    let id: RoomId = state.id();
    let time = Some(state.time());
    let mut room = Room { id: id.clone(), created_at: time, ..Room::default() };
    // Only operators get events.
    typed_endpoint::codec::mark_missing(&mut room, "events");
    state.rooms.push(room);
    Ok(CreatedRoom { id: Some(id), ..CreatedRoom::default() })
}

fn unknown() -> Reply {
    Reply::error(404, "room not found")
}

fn room<'a>(state: &'a mut StudioState, id: &RoomId) -> HandlerResult<&'a mut Room> {
    find(&mut state.rooms, |room| room.id == *id).map_err(|_| unknown())
}

fn get(state: &mut StudioState, get: Get) -> HandlerResult<Room> {
    // Only operators see its egress.
    Ok(Room { egress_id: None, ..room(state, &get.id)?.clone() })
}

fn delete(state: &mut StudioState, delete: Delete) -> HandlerResult<()> {
    remove(&mut state.rooms, |room| room.id == delete.id).map(drop).map_err(|_| unknown())
}

fn start_egress(state: &mut StudioState, start: StartEgress) -> HandlerResult<()> {
    let egress: String = state.id();
    if room(state, &start.id)?.egress_id.is_some() {
        return Err(Reply::error(400, "egress already running"));
    }
    state.stream(start.stream_id.as_str()).map_err(|_| Reply::error(404, "stream not found"))?;
    room(state, &start.id)?.egress_id = Some(egress);
    Ok(())
}

fn stop_egress(state: &mut StudioState, stop: StopEgress) -> HandlerResult<()> {
    match room(state, &stop.id)?.egress_id.take() {
        Some(_) => Ok(()),
        None => Err(Reply::error(400, "no egress currently running")),
    }
}

fn create_user(state: &mut StudioState, new: CreateUser) -> HandlerResult<CreatedRoomUser> {
    room(state, &new.id)?;
    let (id, time) = (state.id::<RoomUserId>(), state.time());
    let origin = state.asked.origin.clone();
    let token = format!("eyJhbGciOiJIUzI1NiJ9.{}.{}", state.letters(40), state.letters(43));
    let person = Participant {
        identity: Some(id.clone()),
        name: Some(new.name.clone()),
        joined_at: Some(time),
        ..Participant::default()
    };
    room(state, &new.id)?.participants.insert(id.to_string(), person);
    let permission = RoomPermission {
        can_publish: Some(new.can_publish.unwrap_or(true)),
        can_publish_data: Some(new.can_publish_data.unwrap_or(true)),
        ..RoomPermission::default()
    };
    let user = RoomUser {
        id: Some(id.clone()),
        state: Some(2),
        joined_at: Some(time),
        name: Some(new.name),
        permission: Some(permission),
        is_publisher: Some(false),
        metadata: new.metadata,
        ..RoomUser::default()
    };
    state.room_users.push((new.id, user));
    Ok(CreatedRoomUser {
        id: Some(id),
        join_url: Some(format!("{origin}/meet?token={token}").into()),
        token: Some(token.into()),
        ..CreatedRoomUser::default()
    })
}

fn user<'a>(state: &'a mut StudioState, id: &RoomId, user: &RoomUserId) -> HandlerResult<&'a mut RoomUser> {
    let found = find(&mut state.room_users, |(room, own)| room == id && own.id.as_ref() == Some(user));
    found.map(|(_, user)| user)
}

fn get_user(state: &mut StudioState, get: GetUser) -> HandlerResult<RoomUser> {
    user(state, &get.id, &get.user_id).cloned()
}

fn update_user(state: &mut StudioState, update: UpdateUser) -> HandlerResult<()> {
    let user = user(state, &update.id, &update.user_id)?;
    user.permission = Some(RoomPermission {
        can_publish: Some(update.can_publish),
        can_publish_data: Some(update.can_publish_data.unwrap_or(true)),
        ..RoomPermission::default()
    });
    user.metadata = update.metadata.or(user.metadata.take());
    Ok(())
}

/// A user who is not in the room is no error.
fn delete_user(state: &mut StudioState, delete: DeleteUser) -> HandlerResult<()> {
    let time = state.time();
    if let Some(person) = room(state, &delete.id)?.participants.get_mut(delete.user_id.as_str()) {
        person.left_at = Some(time);
    }
    state.room_users.retain(|(room, user)| *room != delete.id || user.id.as_ref() != Some(&delete.user_id));
    Ok(())
}
