"""Methods that only ask."""

from __future__ import annotations

from typing import Any

from tests.fakes.telegram.arguments import integer, text
from tests.fakes.telegram.chats import Chat, User
from tests.fakes.telegram.methods.registry import Request, method
from tests.fakes.telegram.refusals import mistake
from tests.fakes.telegram.world import World


@method("getMe")
def get_me(request: Request) -> Any:
    return request.world.bot.json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@method("getFile", {"file_id": text})
def get_file(request: Request) -> Any:
    file = request.world.files.published(request.values["file_id"])
    return {name: value for name, value in file.json().items() if name.startswith("file_")} | {"file_path": file.path}


@method("getChatMember", {"chat_id": text, "user_id": integer})
def get_chat_member(request: Request) -> Any:
    chat = request.world.writable(request.values["chat_id"])
    user_id = request.values["user_id"]
    user = chat.members.get(user_id) or _anywhere(request.world, user_id)
    return _member(request.world, chat, user)


@method("getChatAdministrators", {"chat_id": text})
def get_chat_administrators(request: Request) -> Any:
    world = request.world
    chat = world.writable(request.values["chat_id"])
    if chat.private:
        raise mistake("there are no administrators in the private chat")
    # Other bots are left out, and so is the bot itself where it is none.
    users = [user for user in chat.members.values() if user.id in chat.administrators]
    users += [world.bot] if chat.bot_status == "administrator" else []
    return [_member(world, chat, user) for user in users]


def _anywhere(world: World, user_id: int) -> User:
    if user_id == world.bot.id:
        return world.bot
    for chat in world.chats.values():
        if user_id in chat.members:
            return chat.members[user_id]
    raise mistake("user not found")


def _member(world: World, chat: Chat, user: User) -> dict[str, Any]:
    if user == world.bot:
        status = chat.bot_status
    elif user.id in chat.administrators:
        status = "administrator"
    else:
        status = "member" if user.id in chat.members else "left"
    return {"status": status, "user": user.json()} | (_RIGHTS if status == "administrator" else {})


_RIGHTS = {
    "can_be_edited": False,
    "is_anonymous": False,
    **{
        f"can_{right}": True
        for right in (
            "manage_chat", "delete_messages", "manage_video_chats", "restrict_members", "promote_members",
            "change_info", "invite_users", "post_stories", "edit_stories", "delete_stories",
        )
    },
}  # fmt: skip
