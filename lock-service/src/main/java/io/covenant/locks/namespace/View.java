package io.covenant.locks.namespace;

import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// The replicated state as it was after one entry. It never changes; any thread may read it while entries are
/// applied.
public final class View {

    private final long index;
    private final long timeMillis;
    private final long epoch;
    private final Limits limits;
    private final Table<Long, Session> sessions;
    private final Table<Long, Waiter> waiters;
    private final Table<String, Lock> locks;
    private final Table<String, FileNode> files;
    private final List<AuditEntry> audit;

    View(
            long index,
            long timeMillis,
            long epoch,
            Limits limits,
            Table<Long, Session> sessions,
            Table<Long, Waiter> waiters,
            Table<String, Lock> locks,
            Table<String, FileNode> files,
            List<AuditEntry> audit) {
        this.index = index;
        this.timeMillis = timeMillis;
        this.epoch = epoch;
        this.limits = limits;
        this.sessions = sessions;
        this.waiters = waiters;
        this.locks = locks;
        this.files = files;
        this.audit = audit;
    }

    public long index() {
        return index;
    }

    public long timeMillis() {
        return timeMillis;
    }

    public long epoch() {
        return epoch;
    }

    public Limits limits() {
        return limits;
    }

    public Optional<Lock> lock(String name) {
        return Optional.ofNullable(locks.get(name));
    }

    public Optional<Session> session(long id) {
        return Optional.ofNullable(sessions.get(id));
    }

    /// By id.
    public List<Session> sessions() {
        return sessions.sorted(Comparator.comparingLong(Session::id));
    }

    /// By ticket.
    public List<Waiter> waiters() {
        return waiters.sorted(Comparator.comparingLong(Waiter::ticket));
    }

    /// By name.
    public List<Lock> locks() {
        return locks.sorted(Comparator.comparing(Lock::name));
    }

    /// Those whose name has this prefix and comes after the other name, by name.
    public List<Lock> locks(String prefix, String after, int atMost) {
        var found = new ArrayList<Lock>();
        locks.forEach(lock -> {
            if (lock.name().startsWith(prefix) && lock.name().compareTo(after) > 0) {
                found.add(lock);
            }
        });
        found.sort(Comparator.comparing(Lock::name));
        return List.copyOf(found.subList(0, Math.min(found.size(), atMost)));
    }

    /// By path.
    public List<FileNode> files() {
        return files.sorted(Comparator.comparing(FileNode::path));
    }

    /// By index.
    public List<AuditEntry> audit() {
        return audit;
    }

    /// Writes a snapshot from which [Namespace#restore] makes an equal state. Equal states write equal bytes.
    public void writeTo(OutputStream out) throws IOException {
        SnapshotCodec.write(this, out);
    }

    /// The SHA-256 of the snapshot: by it, replicas at the same index can be compared.
    public String digest() {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            writeTo(new DigestOutputStream(OutputStream.nullOutputStream(), sha));
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException | IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
