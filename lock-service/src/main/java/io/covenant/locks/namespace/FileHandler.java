package io.covenant.locks.namespace;

import io.covenant.locks.namespace.Event.Change;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Small files and directories, written whole.
///
/// Source: Chubby, §2.2.
final class FileHandler {

    private final State state;

    FileHandler(State state) {
        this.state = state;
    }

    Reply put(Session session, Command.PutFile put) {
        var limits = state.limits;
        var refused = NameRule.refusalOfPath(put.path(), limits);
        if (refused != null) {
            return refused;
        }
        if (put.content().size() > limits.fileBytes()) {
            return new Reply.Refused(RefusalCode.FILE_TOO_LONG, put.path(), limits.fileBytes());
        }
        long owner = put.ephemeral() ? session.id() : 0;
        var file = state.files.get(put.path());
        if (file == null) {
            return put.expected() == Command.ANY || put.expected() == Command.ABSENT
                    ? create(session, put.path(), false, owner, put.content())
                    : new Reply.WrongGeneration(put.path(), 0);
        }
        return overwrite(session, put, file, owner);
    }

    private Reply overwrite(Session session, Command.PutFile put, FileNode file, long owner) {
        if (file.directory()) {
            return new Reply.Refused(RefusalCode.IS_A_DIRECTORY, put.path(), 0);
        }
        if (!file.acl().mayWrite(session.principal())) {
            return forbidden(put.path());
        }
        if (put.expected() != Command.ANY && put.expected() != file.contentGeneration()) {
            return new Reply.WrongGeneration(put.path(), file.contentGeneration());
        }
        return store(file, file.written(state.stamp(), put.content(), owner), Change.WRITTEN);
    }

    Reply makeDirectory(Session session, Command.MakeDirectory make) {
        var refused = NameRule.refusalOfPath(make.path(), state.limits);
        if (refused != null) {
            return refused;
        }
        return state.files.get(make.path()) == null
                ? create(session, make.path(), true, 0, Content.EMPTY)
                : new Reply.Refused(RefusalCode.FILE_EXISTS, make.path(), 0);
    }

    private Reply create(Session session, String path, boolean directory, long owner, Content content) {
        var limits = state.limits;
        var above = NameRule.parent(path);
        var parent = state.files.get(above);
        if (parent == null) {
            return new Reply.Refused(RefusalCode.NO_SUCH_DIRECTORY, above, 0);
        }
        if (!parent.directory()) {
            return new Reply.Refused(RefusalCode.NOT_A_DIRECTORY, above, 0);
        }
        if (!parent.acl().mayWrite(session.principal())) {
            return forbidden(above);
        }
        if (state.files.size() >= limits.files()) {
            return new Reply.Refused(RefusalCode.TOO_MANY_FILES, "", limits.files());
        }
        if (state.childrenOf(above).size() >= limits.filesPerDirectory()) {
            return new Reply.Refused(RefusalCode.DIRECTORY_FULL, above, limits.filesPerDirectory());
        }
        long stamp = state.stamp();
        var file = new FileNode(path, directory, stamp, stamp, 0, stamp, owner, parent.acl(), content);
        return store(null, file, Change.CREATED);
    }

    Reply delete(Session session, Command.DeleteFile delete) {
        var file = state.files.get(delete.path());
        if (file == null || delete.path().equals("/")) {
            return new Reply.Refused(RefusalCode.NO_SUCH_FILE, shown(delete.path()), 0);
        }
        if (!file.acl().mayWrite(session.principal())) {
            return forbidden(delete.path());
        }
        if (delete.expected() != Command.ANY && delete.expected() != file.contentGeneration()) {
            return new Reply.WrongGeneration(delete.path(), file.contentGeneration());
        }
        if (!state.childrenOf(delete.path()).isEmpty()) {
            return new Reply.Refused(RefusalCode.DIRECTORY_NOT_EMPTY, delete.path(), 0);
        }
        state.remove(file);
        state.emit(new Event.FileChanged(state.index, delete.path(), Change.DELETED, state.stamp(), file.acl()));
        return new Reply.Done();
    }

    Reply setAcl(Session session, Command.SetAcl set) {
        var file = state.files.get(set.path());
        if (file == null) {
            return new Reply.Refused(RefusalCode.NO_SUCH_FILE, shown(set.path()), 0);
        }
        if (!file.acl().mayChange(session.principal())) {
            return forbidden(set.path());
        }
        var refused = refusal(set.acl());
        if (refused != null) {
            return refused;
        }
        if (set.expected() != Command.ANY && set.expected() != file.aclGeneration()) {
            return new Reply.WrongGeneration(set.path(), file.aclGeneration());
        }
        return store(file, file.withAcl(state.stamp(), set.acl()), Change.ACL);
    }

    private Reply.@Nullable Refused refusal(Acl acl) {
        if (acl.size() > state.limits.principals()) {
            return new Reply.Refused(RefusalCode.TOO_MANY_PRINCIPALS, "", state.limits.principals());
        }
        for (var list : List.of(acl.readers(), acl.writers(), acl.changers())) {
            for (var principal : list) {
                var refused = NameRule.refusalOfLabel(principal, state.limits);
                if (refused != null && !principal.equals(Acl.ANYONE)) {
                    return refused;
                }
            }
        }
        return null;
    }

    private Reply store(@Nullable FileNode before, FileNode file, Change change) {
        long more = file.weight() - (before == null ? 0 : before.weight());
        if (more > 0 && state.bytes + more > state.limits.bytes()) {
            return new Reply.Refused(RefusalCode.TOO_MANY_BYTES, file.path(), state.limits.bytes());
        }
        state.put(file);
        state.emit(new Event.FileChanged(state.index, file.path(), change, state.stamp(), file.acl()));
        return new Reply.FileWritten(file.instance(), state.stamp());
    }

    /// A path that matches no file may be anything.
    private String shown(String path) {
        var refused = NameRule.refusal(path, state.limits);
        return refused == null ? path : refused.about();
    }

    private static Reply forbidden(String path) {
        return new Reply.Refused(RefusalCode.FORBIDDEN, path, 0);
    }
}
