package io.covenant.locks.client;

import io.covenant.locks.session.Operation;
import io.covenant.locks.session.Outcome;
import io.covenant.locks.wire.AclBody;
import io.covenant.locks.wire.FilePage;
import io.covenant.locks.wire.FileView;
import io.covenant.locks.wire.FileWritten;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// Small files beside the locks, up to 64 KiB each. Every write makes a new generation; a write may demand the one it
/// has seen, and is refused with `wrong-generation` otherwise.
public final class LockFiles {

    private final LockClient client;

    LockFiles(LockClient client) {
        this.client = client;
    }

    /// A file as it was read.
    ///
    /// @param generation to be demanded by a write that follows
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    public record Content(byte[] bytes, long generation) {

        public String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /// As it is now, not earlier.
    public Optional<Content> read(String path) throws InterruptedException {
        var response = client.reads().ask(node -> to(node, "/api/v1/files", path, ""));
        if (response.statusCode() == 404) {
            return Optional.empty();
        }
        if (response.statusCode() != 200) {
            throw Reads.refused(response);
        }
        var tag = response.headers().firstValue("ETag").orElse("").replace("\"", "");
        return Optional.of(
                new Content(response.body(), tag.matches("[0-9]{1,18}") ? Long.parseLong(tag) : Operation.ANY));
    }

    /// What lies right under a directory.
    public List<FileView> list(String directory) throws InterruptedException {
        return client.reads()
                .read(FilePage.class, node -> to(node, "/api/v1/files", directory, "?list=true"))
                .files();
    }

    /// Whatever was there.
    public FileWritten write(String path, byte[] content) throws InterruptedException {
        return put(path, content, Operation.ANY, false);
    }

    /// Only over this generation.
    public FileWritten write(String path, byte[] content, long generation) throws InterruptedException {
        return put(path, content, generation, false);
    }

    /// Only if there is none.
    public FileWritten create(String path, byte[] content) throws InterruptedException {
        return put(path, content, Operation.ABSENT, false);
    }

    /// A file that ends with the client's session, a service's address for instance.
    public FileWritten createEphemeral(String path, byte[] content) throws InterruptedException {
        return put(path, content, Operation.ABSENT, true);
    }

    /// Whatever was there; what stands there from now on ends with the client's session.
    public FileWritten writeEphemeral(String path, byte[] content) throws InterruptedException {
        return put(path, content, Operation.ANY, true);
    }

    public void delete(String path) throws InterruptedException {
        delete(path, Operation.ANY);
    }

    public void delete(String path, long generation) throws InterruptedException {
        done(path, new Operation.DeleteFile(path, generation));
    }

    public void makeDirectory(String path) throws InterruptedException {
        done(path, new Operation.MakeDirectory(path));
    }

    public void setAcl(String path, AclBody acl) throws InterruptedException {
        done(path, new Operation.SetAcl(path, acl, Operation.ANY));
    }

    private FileWritten put(String path, byte[] content, long expected, boolean ephemeral) throws InterruptedException {
        if (done(path, new Operation.PutFile(path, content.clone(), expected, ephemeral))
                instanceof FileWritten written) {
            return written;
        }
        throw new IllegalStateException("no answer to the write of " + path);
    }

    private Object done(String path, Operation operation) throws InterruptedException {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("a path begins with a slash: " + path);
        }
        return switch (client.ask(operation)) {
            case Outcome.Done(var body) -> body;
            case Outcome.Refused(var problem) -> throw new LockRefusedException(path, problem);
            case Outcome.SessionEnded(var why) ->
                throw new LockLostException(path + ": the session ended before an answer came, " + why);
            case Outcome.Unavailable(var why) ->
                throw new LockServiceUnavailableException(path + ": whether it is done is not known, " + why);
            case Outcome.TimedOut _ -> throw new LockServiceUnavailableException(path + ": no answer in time");
            case Outcome.Held _ -> throw new IllegalStateException("a grant for a file");
        };
    }

    private HttpRequest.Builder to(String node, String root, String path, String query) {
        return client.reads()
                .http()
                .to(node, root + Election.slashed(path) + query)
                .GET();
    }
}
