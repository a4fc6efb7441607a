package io.covenant.consensus.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.covenant.simulation.Dice;
import io.covenant.simulation.World;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// One log through several lives on a failing disk: appends, forces, dies, is opened and compared with what a
/// log without a disk would hold.
///
/// It may hold any state between the last that was forced and the last that was appended, nothing else.
final class LogLife {

    private static final Identity IDENTITY = new Identity("group", "node");

    /// What has happened, so that nobody trusts a campaign that saw nothing.
    enum Event {
        POWER_LOST,
        PROCESS_KILLED,
        CRASH_WHILE_OPENING,
        FORCE_FAILED,
        DISK_FULL,
        TORN_END_CUT,
        UNFORCED_SURVIVED,
        SEGMENT_BEGUN,
        SEGMENTS_DELETED,
        SUFFIX_TAKEN_BACK,
        BEGUN_ANEW
    }

    static Map<Event, LongAdder> tally() {
        var tally = new EnumMap<Event, LongAdder>(Event.class);
        for (var event : Event.values()) {
            tally.put(event, new LongAdder());
        }
        return tally;
    }

    private final Dice dice;
    private final SimulatedStorage disk;
    private final Storage storage;
    private final Map<Event, LongAdder> tally;
    private final LogOptions options;
    private final List<LogModel> possible = new ArrayList<>(List.of(LogModel.empty()));
    private @Nullable WriteAheadLog log;
    private long term = 1;

    private LogLife(long seed, Map<Event, LongAdder> tally, UnaryOperator<Storage> planted) {
        this.dice = World.seeded(seed).dice();
        this.disk = new SimulatedStorage(dice);
        this.storage = planted.apply(disk);
        this.tally = tally;
        this.options = new LogOptions(4096 << dice.below(2), dice.chance(0.6), 4096, 8192 << dice.below(3));
    }

    static void play(long seed, Map<Event, LongAdder> tally, UnaryOperator<Storage> planted) {
        try {
            var life = new LogLife(seed, tally, planted);
            life.create();
            for (var lives = 3 + life.dice.below(4); lives > 0; lives--) {
                life.live();
                life.reopen();
            }
        } catch (IOException unexpected) {
            throw new UncheckedIOException(unexpected);
        }
    }

    private void create() throws IOException {
        if (dice.chance(0.3)) {
            disk.crashAfter(dice.below(20));
        }
        while (log == null) {
            try {
                log = WriteAheadLog.create(storage, IDENTITY, options, dice::next);
            } catch (SimulatedStorage.Crash crash) {
                die();
                if (WriteAheadLog.exists(storage)) {
                    log = WriteAheadLog.open(storage, IDENTITY, options);
                }
            }
        }
    }

    private void live() throws IOException {
        switch (dice.below(6)) {
            case 0 -> disk.failForceAfter(dice.below(60));
            case 1 -> disk.capacity(disk.used() + dice.below(20_000));
            default -> disk.crashAfter(dice.below(80));
        }
        try {
            for (var steps = 0; steps < 400; steps++) {
                step();
            }
            die();
        } catch (SimulatedStorage.Crash crash) {
            die();
        } catch (BrokenLogException broken) {
            count(broken.diskFull() ? Event.DISK_FULL : Event.FORCE_FAILED);
            staysBroken();
            die();
        }
        disk.capacity(Long.MAX_VALUE);
    }

    private void staysBroken() {
        var dead = log();
        assertThatThrownBy(() -> dead.append(dead.lastIndex() + 1, term, ByteBuffer.allocate(1)))
                .isInstanceOf(BrokenLogException.class);
        assertThatThrownBy(dead::force).isInstanceOf(BrokenLogException.class);
    }

    private void step() throws IOException {
        var now = possible.getLast();
        switch (dice.below(20)) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 -> append(now);
            case 10 -> {
                var state = bytes(1 + dice.below(40));
                log().putState(state);
                possible.add(now.withState(state));
            }
            case 11 -> takeBack(now);
            case 12 -> compact(now);
            case 13 -> compare(log(), now);
            case 14 -> prepare();
            default -> force();
        }
    }

    private void append(LogModel now) throws IOException {
        term += dice.below(8) == 0 ? 1 : 0;
        var payload = bytes(dice.chance(0.03) ? 2000 + dice.below(2000) : dice.below(200));
        if (log().pendingBytes() + Records.size(payload.length) > options.pendingBytes()) {
            force();
        }
        log().append(now.last() + 1, term, ByteBuffer.wrap(payload));
        possible.add(now.append(now.last() + 1, term, payload));
    }

    private void takeBack(LogModel now) throws IOException {
        if (now.last() > now.base() && dice.chance(0.5)) {
            var from = now.last() - dice.below(Math.toIntExact(Math.min(20, now.last() - now.base())));
            log().truncateFrom(from);
            possible.add(now.truncateFrom(from));
            count(Event.SUFFIX_TAKEN_BACK);
        }
    }

    private void compact(LogModel now) throws IOException {
        if (dice.chance(0.1)) {
            var at = now.last() + 1 + dice.below(5);
            log().restartAt(at, term);
            possible.add(now.truncateFrom(now.base() + 1));
            possible.add(possible.getLast().compactTo(at, term));
            count(Event.BEGUN_ANEW);
        } else if (now.last() > now.base() && dice.chance(0.4)) {
            var at = now.base() + 1 + dice.below(Math.toIntExact(now.last() - now.base()));
            var termThere = Objects.requireNonNull(now.entries().get(at)).term();
            log().compactTo(at, termThere);
            possible.add(now.compactTo(at, termThere));
        }
    }

    private void prepare() throws IOException {
        try {
            log().prepareNextSegment();
        } catch (IOException full) {
            // The log is as good as before.
            return;
        }
    }

    private void force() throws IOException {
        var before = log().segments();
        log().force();
        var after = log().segments();
        if (after > before) {
            count(Event.SEGMENT_BEGUN);
        } else if (after < before) {
            count(Event.SEGMENTS_DELETED);
        }
        possible.subList(0, possible.size() - 1).clear();
    }

    private void die() {
        if (dice.chance(0.6)) {
            disk.losePower();
            count(Event.POWER_LOST);
        } else {
            disk.killProcess();
            count(Event.PROCESS_KILLED);
        }
    }

    private void reopen() throws IOException {
        if (dice.chance(0.3)) {
            disk.crashAfter(dice.below(8));
        }
        for (var opened = false; !opened; ) {
            try {
                log = WriteAheadLog.open(storage, IDENTITY, options);
                opened = true;
            } catch (SimulatedStorage.Crash crash) {
                count(Event.CRASH_WHILE_OPENING);
                die();
            }
        }
        disk.crashAfter(Long.MAX_VALUE / 2);
        if (log().cutBytes() > 0) {
            count(Event.TORN_END_CUT);
        }
        var found = LogModel.of(log());
        var at = possible.lastIndexOf(found);
        if (at < 0) {
            fail("opened with %s; forced was %s, appended %s"
                    .formatted(
                            found.brief(),
                            possible.getFirst().brief(),
                            possible.getLast().brief()));
        }
        if (at > 0) {
            count(Event.UNFORCED_SURVIVED);
        }
        possible.clear();
        possible.add(found);
        term++;
    }

    private void compare(WriteAheadLog read, LogModel expected) throws IOException {
        assertThat(read.lastIndex()).isEqualTo(expected.last());
        assertThat(read.firstIndex()).isEqualTo(expected.base() + 1);
        if (expected.entries().isEmpty()) {
            return;
        }
        var from = expected.base() + 1 + dice.below(expected.entries().size());
        var to = from + 1 + dice.below(50);
        var entries = read.read(from, to, 1 + dice.below(3000));
        assertThat(entries).isNotEmpty();
        var due = from;
        for (var entry : entries) {
            assertThat(entry.index()).isEqualTo(due).isLessThan(to);
            assertThat(new LogModel.Held(entry.term(), ByteBuffer.wrap(entry.payload())))
                    .isEqualTo(expected.entries().get(due));
            due++;
        }
        assertThat(read.term(from)).isEqualTo(entries.getFirst().term());
    }

    private byte[] bytes(int length) {
        var bytes = ByteBuffer.allocate((length + 7) / 8 * 8);
        while (bytes.hasRemaining()) {
            bytes.putLong(dice.next());
        }
        return java.util.Arrays.copyOf(bytes.array(), length);
    }

    private WriteAheadLog log() {
        return Objects.requireNonNull(log);
    }

    private void count(Event event) {
        Objects.requireNonNull(tally.get(event)).increment();
    }
}
