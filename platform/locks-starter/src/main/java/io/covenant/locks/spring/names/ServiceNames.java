package io.covenant.locks.spring.names;

import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockException;
import io.covenant.locks.client.LockRefusedException;
import io.covenant.locks.client.Watch;
import io.covenant.locks.wire.FileView;
import io.covenant.locks.wire.LockEvent;
import io.covenant.locks.wire.LockProblemCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who is registered, for whoever calls services by name: an answer from memory, kept up to date.
///
/// A watch tells of changes within milliseconds. Beside it everything is looked at again each
/// [refresh][RegistryProperties#refresh], so that even an answer that missed a change is no older than that while the
/// lock service answers. While it does not, the last answer stays, and [#age] says how old it is.
public final class ServiceNames implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceNames.class);

    /// What one service has, as read before: a file of the same generation need not be read again.
    private record Read(long instance, long generation, Optional<RegisteredInstance> found) {}

    private final LockClient client;
    private final Duration refresh;
    private final long emptyGrace;
    private final LongSupplier nanos;
    private final Semaphore wanted = new Semaphore(0);
    private final Thread thread;
    private Map<String, Read> known = Map.of();
    private volatile Roster roster = Roster.BLANK;
    private volatile @Nullable Watch watch;
    private volatile boolean closed;

    ServiceNames(LockClient client, Duration refresh, Duration emptyGrace, LongSupplier nanos) {
        this.client = client;
        this.refresh = refresh;
        this.emptyGrace = emptyGrace.toNanos();
        this.nanos = nanos;
        this.thread = Thread.ofVirtual().name("service-names").unstarted(this::follow);
    }

    ServiceNames start() {
        thread.start();
        watch = client.watch(Paths.ROOT + "/", wanted::release, (_, event) -> {
            if (event instanceof LockEvent.Changed || event instanceof LockEvent.Compacted) {
                wanted.release();
            }
        });
        return this;
    }

    /// The names of all services that have instances.
    public List<String> services() {
        return roster.names();
    }

    /// The instances of a service; empty when there are none.
    public List<RegisteredInstance> instances(String service) {
        return roster.instances(service);
    }

    /// How many instances there are of all services.
    public int size() {
        return roster.size();
    }

    /// For how long nobody could look; empty before anybody could.
    public Optional<Duration> age() {
        OptionalLong last = roster.lastLook();
        return last.isPresent()
                ? Optional.of(Duration.ofNanos(nanos.getAsLong() - last.getAsLong()))
                : Optional.empty();
    }

    void requireAnswered() {
        if (age().isEmpty()) {
            throw new IllegalStateException("the registry has not answered yet");
        }
    }

    @Override
    public void close() {
        closed = true;
        var open = watch;
        if (open != null) {
            open.close();
        }
        thread.interrupt();
    }

    private void follow() {
        boolean silent = false;
        while (!closed) {
            try {
                long now = nanos.getAsLong();
                roster = roster.after(look(), now, emptyGrace);
                if (silent) {
                    LOG.info("the registry answers again");
                    silent = false;
                }
            } catch (LockException | IllegalStateException away) {
                if (!silent && !closed) {
                    LOG.warn(
                            "the registry does not answer; going on with what it said last, {} instances: {}",
                            roster.size(),
                            away.getMessage());
                    silent = true;
                }
            } catch (InterruptedException e) {
                return;
            }
            if (!pause()) {
                return;
            }
        }
    }

    private boolean pause() {
        try {
            boolean _ = wanted.tryAcquire(refresh.toNanos(), TimeUnit.NANOSECONDS);
            wanted.drainPermits();
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /// All that is registered now.
    private Map<String, List<RegisteredInstance>> look() throws InterruptedException {
        var found = new TreeMap<String, List<RegisteredInstance>>();
        var seen = new HashMap<String, Read>();
        for (var directory : list(Paths.ROOT)) {
            if (directory.directory()) {
                var service = Paths.last(directory.path());
                var instances = new ArrayList<RegisteredInstance>();
                for (var file : list(directory.path())) {
                    if (!file.directory()) {
                        var read = read(service, file);
                        seen.put(file.path(), read);
                        read.found().ifPresent(instances::add);
                    }
                }
                found.put(service, instances);
            }
        }
        known = seen;
        return found;
    }

    private Read read(String service, FileView file) throws InterruptedException {
        var before = known.get(file.path());
        if (before != null && before.instance() == file.instance() && before.generation() == file.generation()) {
            return before;
        }
        var content = client.files().read(file.path());
        var record = content.flatMap(read -> ServiceRecord.read(read.bytes()));
        if (content.isPresent() && record.isEmpty()) {
            LOG.warn("{} is no record of an instance, and is passed over", file.path());
        }
        return new Read(
                file.instance(),
                content.isPresent() ? content.get().generation() : -1,
                record.map(known -> new RegisteredInstance(service, Paths.last(file.path()), known)));
    }

    private List<FileView> list(String directory) throws InterruptedException {
        try {
            return client.files().list(directory);
        } catch (LockRefusedException refused) {
            if (refused.problem().is(LockProblemCode.NO_SUCH_FILE)) {
                return List.of();
            }
            throw refused;
        }
    }
}
