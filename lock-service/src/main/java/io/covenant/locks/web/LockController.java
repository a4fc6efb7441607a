package io.covenant.locks.web;

import io.covenant.consensus.node.Confirmation;
import io.covenant.locks.namespace.Hold;
import io.covenant.locks.namespace.Lock;
import io.covenant.locks.namespace.Namespace;
import io.covenant.locks.namespace.Sequencer;
import io.covenant.locks.namespace.Session;
import io.covenant.locks.namespace.View;
import io.covenant.locks.wire.BarrierPassed;
import io.covenant.locks.wire.ElectionView;
import io.covenant.locks.wire.LockHeaders;
import io.covenant.locks.wire.LockPage;
import io.covenant.locks.wire.LockView;
import io.covenant.locks.wire.Verified;
import io.covenant.locks.wire.VerifySequencer;
import io.covenant.web.paging.Limit;
import io.covenant.web.problem.Problem;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1")
@Tag(name = "Locks")
final class LockController {

    private static final int WAITERS_SHOWN = 10;
    private static final int HOLDERS_SHOWN = 1_000;

    private final Door door;

    LockController(Door door) {
        this.door = door;
    }

    @GetMapping("/locks")
    @Operation(summary = "Lists names that are held or waited for", description = """
                    Linearizable, unless `stale` asks for what this node has. Of each queue the first ten are shown.
                    """)
    LockPage list(
            @RequestParam(defaultValue = "") String prefix,
            @RequestParam(defaultValue = "") String after,
            @RequestParam(defaultValue = Limit.DEFAULT) Limit limit,
            @RequestParam(defaultValue = "false") boolean stale,
            @RequestHeader(name = LockHeaders.MIN_INDEX, required = false) @Nullable Long minIndex,
            HttpServletResponse response) {
        Wire.prefix(prefix);
        Wire.name(after, "after");
        var state = door.read(stale, minIndex, response, Namespace::fork);
        var found = state.locks(prefix, after, limit.plusOne());
        var shown = found.subList(0, Math.min(found.size(), limit.value()));
        return new LockPage(
                shown.stream().map(lock -> view(lock, nameIn(state))).toList(),
                found.size() > shown.size() ? shown.getLast().name() : null);
    }

    private static LongFunction<String> nameIn(View state) {
        return id -> state.session(id).map(Session::name).orElse("");
    }

    @GetMapping("/locks/{*name}")
    @Operation(summary = "Shows a name that is held or waited for")
    LockView show(
            @PathVariable String name,
            @RequestParam(defaultValue = "false") boolean stale,
            @RequestHeader(name = LockHeaders.MIN_INDEX, required = false) @Nullable Long minIndex,
            HttpServletResponse response) {
        var wanted = name.substring(1);
        return door.read(
                        stale,
                        minIndex,
                        response,
                        namespace -> namespace
                                .lock(wanted)
                                .map(lock -> view(
                                        lock,
                                        id -> namespace
                                                .session(id)
                                                .map(Session::name)
                                                .orElse(""))))
                .orElseThrow(() -> Problem.of(
                                HttpStatus.NOT_FOUND, "no-such-lock", "Nobody holds this name or waits for it.")
                        .asException());
    }

    private LockView view(Lock lock, LongFunction<String> sessionName) {
        long delayUntil =
                lock.holds().stream().mapToLong(Hold::lostUntilMillis).max().orElse(0);
        return new LockView(
                lock.name(),
                lock.kind().name(),
                lock.capacity(),
                lock.holds().stream()
                        .limit(HOLDERS_SHOWN)
                        .map(hold -> holder(hold, sessionName))
                        .toList(),
                lock.queue().size(),
                lock.queue().stream()
                        .limit(WAITERS_SHOWN)
                        .map(waiter -> new LockView.Waiter(
                                waiter.owner().session(),
                                sessionName.apply(waiter.owner().session()),
                                waiter.owner().strand(),
                                waiter.ticket(),
                                waiter.wants().stream()
                                        .filter(want -> want.name().equals(lock.name()))
                                        .map(want -> Wire.mode(want.mode()))
                                        .findFirst()
                                        .orElseThrow()))
                        .toList(),
                delayUntil == 0 ? null : delayUntil);
    }

    private LockView.Holder holder(Hold hold, LongFunction<String> sessionName) {
        var remaining =
                hold.lost() ? null : door.node().remainingMillis(hold.owner().session());
        return new LockView.Holder(
                hold.owner().session(),
                sessionName.apply(hold.owner().session()),
                hold.owner().strand(),
                Wire.mode(hold.mode()),
                hold.token(),
                hold.count(),
                remaining == null || remaining.isEmpty() ? null : remaining.getAsLong(),
                hold.lost() ? hold.lostUntilMillis() : null);
    }

    @GetMapping("/elections/{*name}")
    @Operation(summary = "Shows who leads", description = "To hear of changes, watch the name.")
    ElectionView election(
            @PathVariable String name,
            @RequestParam(defaultValue = "false") boolean stale,
            @RequestHeader(name = LockHeaders.MIN_INDEX, required = false) @Nullable Long minIndex,
            HttpServletResponse response) {
        var wanted = name.substring(1);
        return door.read(
                stale,
                minIndex,
                response,
                namespace -> namespace
                        .leader(wanted)
                        .map(hold -> new ElectionView(
                                wanted,
                                hold.owner().session(),
                                namespace
                                        .session(hold.owner().session())
                                        .map(Session::name)
                                        .orElse(""),
                                hold.token(),
                                new String(hold.value().toBytes(), StandardCharsets.UTF_8)))
                        .orElseGet(() -> new ElectionView(wanted, null, null, null, null)));
    }

    @PostMapping("/sequencers/verify")
    @Operation(summary = "Tells whether just this grant is still held")
    Verified verify(@RequestBody VerifySequencer verify, HttpServletResponse response) {
        var sequencer = Sequencer.parse(verify.sequencer() == null ? "" : verify.sequencer())
                .orElseThrow(() -> Problem.ofField(
                                "sequencer-invalid", "sequencer", "must be as a grant told it: v1:mode:token:name")
                        .asException());
        return door.read(false, null, response, namespace -> {
            boolean valid = namespace.holds(sequencer);
            long current = namespace.lock(sequencer.name()).map(Lock::token).orElse(0L);
            return new Verified(valid, valid || current == 0 ? null : current);
        });
    }

    @PostMapping("/barriers")
    @Operation(
            summary = "Tells an index that includes everything acknowledged before",
            description = "For reads elsewhere, with `X-Min-Index` and `stale=true`. Costs a round, and no write.")
    BarrierPassed barrier(HttpServletResponse response) {
        return switch (door.await(door.node().confirm(), Duration.ZERO)) {
            case Confirmation.Confirmed(var _, var index) -> new BarrierPassed(index);
            case Confirmation.NotLeader(var leader) -> throw door.elsewhere(leader, true);
            case Confirmation.Overloaded _ -> throw Door.overloaded();
        };
    }
}
