package io.covenant.locks.spring.names;

import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockClientListener;
import io.covenant.locks.client.LockException;
import io.covenant.locks.client.LockFiles;
import io.covenant.locks.client.LockRefusedException;
import io.covenant.locks.client.SessionChange;
import io.covenant.locks.session.SessionState;
import io.covenant.locks.wire.FileView;
import io.covenant.locks.wire.LockProblemCode;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the file of this instance in the registry: puts it there, puts it there again when its session was
/// lost, takes it away at the end.
///
/// Of two processes with one name the younger has the file, and the older says so rather than take it back:
/// that of a crashed process is taken over at once, without waiting for its session to end.
final class Registrar implements LockClientListener {

    private static final Logger LOG = LoggerFactory.getLogger(Registrar.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    enum Standing {
        /// Not in the registry, or not known to be.
        AWAY,
        REGISTERED,
        /// Another process has registered under the name of this one.
        DISPLACED
    }

    private final LockClient client;
    private final String service;
    private final String instance;
    private final ServiceRecord record;
    private final byte[] bytes;
    private final Duration check;
    private final Semaphore wanted = new Semaphore(0);
    private final Thread thread;
    private volatile Standing standing = Standing.AWAY;
    private volatile boolean ending;
    private boolean wasRegistered;
    private long generation;

    /// @param check how often it looks whether the file is there still
    Registrar(LockClient client, String service, String instance, ServiceRecord record, Duration check) {
        this.client = client;
        this.service = service;
        this.instance = instance;
        this.record = record;
        this.bytes = record.toBytes();
        this.check = check;
        this.thread = Thread.ofVirtual().name("registrar").unstarted(this::keep);
        var _ = path();
    }

    Registrar start() {
        client.listen(this);
        thread.start();
        return this;
    }

    Standing standing() {
        return standing;
    }

    String path() {
        return Paths.of(service, instance);
    }

    @Override
    public void sessionChanged(SessionChange change) {
        if (change.to() == SessionState.EXPIRED) {
            standing = Standing.AWAY;
        }
        if (change.to() == SessionState.EXPIRED || change.to() == SessionState.SAFE) {
            wanted.release();
        }
    }

    /// Leaves the registry, within about a second; if that fails, the file ends with the session.
    void leave() throws InterruptedException {
        ending = true;
        thread.interrupt();
        if (!thread.join(FAREWELL) || standing != Standing.REGISTERED) {
            return;
        }
        var farewell = Thread.ofVirtual().name("registrar-farewell").start(() -> {
            try {
                client.files().delete(path(), generation);
                LOG.info("{} has left the registry", path());
            } catch (LockException | IllegalStateException failed) {
                LOG.warn("{} stays in the registry until its session ends: {}", path(), failed.getMessage());
            } catch (InterruptedException late) {
                LOG.debug("no time for a farewell", late);
            }
        });
        if (!farewell.join(FAREWELL)) {
            farewell.interrupt();
        }
        standing = Standing.AWAY;
    }

    private void keep() {
        var pause = FIRST_PAUSE;
        while (!ending) {
            try {
                become(settle());
                pause = check;
            } catch (LockException | IllegalStateException failed) {
                LOG.atLevel(pause.equals(FIRST_PAUSE) ? org.slf4j.event.Level.WARN : org.slf4j.event.Level.DEBUG)
                        .log("{} cannot be registered yet: {}", path(), failed.getMessage());
                pause = pause.multipliedBy(2).compareTo(check) < 0 ? pause.multipliedBy(2) : check;
            } catch (InterruptedException e) {
                return;
            }
            try {
                boolean _ = wanted.tryAcquire(pause.toNanos(), TimeUnit.NANOSECONDS);
                wanted.drainPermits();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void become(Standing next) {
        if (standing != next) {
            standing = next;
            switch (next) {
                case REGISTERED -> LOG.info("{} is registered: {}", path(), record.address());
                case DISPLACED ->
                    LOG.error(
                            "another process has registered as {}: give each instance a name of its own (covenant.node)",
                            path());
                case AWAY -> LOG.info("{} is not registered", path());
            }
        }
    }

    /// Makes the file what it should be, unless a younger process has put its own there.
    private Standing settle() throws InterruptedException {
        var there = mine();
        if (there.isPresent()) {
            boolean own = client.files()
                    .read(path())
                    .flatMap(content -> ServiceRecord.read(content.bytes()))
                    .map(ServiceRecord::incarnation)
                    .filter(record.incarnation()::equals)
                    .isPresent();
            if (own && Objects.equals(there.get().session(), client.session())) {
                generation = there.get().generation();
                wasRegistered = true;
                return Standing.REGISTERED;
            }
            if (!own && wasRegistered) {
                return Standing.DISPLACED;
            }
        }
        generation = put(client.files());
        wasRegistered = true;
        return Standing.REGISTERED;
    }

    private Optional<FileView> mine() throws InterruptedException {
        try {
            return client.files().list(Paths.of(service)).stream()
                    .filter(file -> file.path().equals(path()))
                    .findFirst();
        } catch (LockRefusedException refused) {
            if (refused.problem().is(LockProblemCode.NO_SUCH_FILE)) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    private long put(LockFiles files) throws InterruptedException {
        try {
            return files.writeEphemeral(path(), bytes).generation();
        } catch (LockRefusedException refused) {
            if (!refused.problem().is(LockProblemCode.NO_SUCH_DIRECTORY)) {
                throw refused;
            }
            make(files, Paths.ROOT);
            make(files, Paths.of(service));
            return files.writeEphemeral(path(), bytes).generation();
        }
    }

    private static void make(LockFiles files, String directory) throws InterruptedException {
        try {
            files.makeDirectory(directory);
        } catch (LockRefusedException refused) {
            if (!refused.problem().is(LockProblemCode.FILE_EXISTS)) {
                throw refused;
            }
        }
    }
}
