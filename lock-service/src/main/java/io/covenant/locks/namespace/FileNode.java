package io.covenant.locks.namespace;

/// A small file or a directory.
///
/// Each generation is the token of the command that made it, so it grows even over a removal and a new
/// creation of the same path, and a compare-and-set cannot mistake one for the other.
///
/// @param instance          when it was created
/// @param contentGeneration when it was last written
/// @param lockGeneration    when the lock of the same name last passed from free to held; 0 before
/// @param aclGeneration     when its access list was last written
/// @param ephemeral         the session that it ends with; 0 when it stays
///
/// Source: Chubby, §2.2.
public record FileNode(
        String path,
        boolean directory,
        long instance,
        long contentGeneration,
        long lockGeneration,
        long aclGeneration,
        long ephemeral,
        Acl acl,
        Content content) {

    long weight() {
        return path.length() + content.size() + acl.weight();
    }

    FileNode written(long generation, Content now, long session) {
        return new FileNode(path, directory, instance, generation, lockGeneration, aclGeneration, session, acl, now);
    }

    FileNode locked(long generation) {
        return new FileNode(
                path, directory, instance, contentGeneration, generation, aclGeneration, ephemeral, acl, content);
    }

    FileNode withAcl(long generation, Acl now) {
        return new FileNode(
                path, directory, instance, contentGeneration, lockGeneration, generation, ephemeral, now, content);
    }
}
