package io.covenant.locks.web;

import io.covenant.consensus.node.Reading;
import io.covenant.consensus.raft.NodeId;
import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.Namespace;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.node.LockNode;
import io.covenant.locks.primary.Answer;
import io.covenant.locks.wire.LockHeaders;
import io.covenant.locks.wire.LockProblemCode;
import io.covenant.web.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/// From a request's thread to the node and back: waits, and turns what is no answer into a problem or a
/// redirect.
@Component
public final class Door {

    /// Longer than an election without a majority takes to be noticed.
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /// For so long a request is held while nobody leads: a hand-over is over by then, and the client is spared a
    /// pause and another question.
    private static final Duration HAND_OVER = Duration.ofMillis(200);

    private static final Duration CATCHING_UP = Duration.ofSeconds(5);

    private final LockNode node;

    Door(LockNode node) {
        this.node = node;
    }

    public LockNode node() {
        return node;
    }

    /// For access lists: who the client is. The one place that authentication will fill.
    static String principal(HttpServletRequest request) {
        var principal = request.getUserPrincipal();
        return principal == null ? "" : principal.getName();
    }

    /// Has a command done that the log answers at once.
    public Reply ask(Command command, HttpServletResponse response) {
        return ask(command, Duration.ZERO, response).reply();
    }

    /// Has a command done.
    ///
    /// @param patience how long the end of a wait may take
    public Answer.Replied ask(Command command, Duration patience, HttpServletResponse response) {
        return switch (answer(node.ask(command, patience))) {
            case Answer.Replied replied -> {
                response.setHeader(LockHeaders.INDEX, Long.toString(Math.max(replied.index(), node.index())));
                yield replied;
            }
            case Answer.NotPrimary(var leader) -> throw elsewhere(leader);
            case Answer.Overloaded _ -> throw overloaded();
            case Answer.Unknown _ -> throw unknown();
            case Answer.Renewed _ -> throw new IllegalStateException("a command was answered as a keep-alive");
        };
    }

    /// Has these commands done, in this order; when nothing was done, since this is not the primary, none of them.
    List<Answer> ask(List<? extends Command> commands, HttpServletResponse response) {
        var answers = answers(node.ask(commands));
        long index = node.index();
        for (var answer : answers) {
            if (answer instanceof Answer.Replied(var at, var _, var _)) {
                index = Math.max(index, at);
            }
        }
        response.setHeader(LockHeaders.INDEX, Long.toString(index));
        return answers;
    }

    /// Renews these leases; when this is not the primary, none of them.
    List<Answer> renew(List<LockNode.Renewal> renewals) {
        return answers(node.renew(renewals));
    }

    private List<Answer> answers(List<CompletableFuture<Answer>> futures) {
        var answers = new ArrayList<Answer>(futures.size());
        boolean elsewhere = true;
        // They come in order: whoever waits for the last is woken once.
        var _ = answer(futures.getLast());
        for (var future : futures) {
            var answer = answer(future);
            answers.add(answer);
            elsewhere &= answer instanceof Answer.NotPrimary;
        }
        if (elsewhere && answers.getLast() instanceof Answer.NotPrimary(var leader)) {
            throw elsewhere(leader);
        }
        return answers;
    }

    /// What one of several is answered that this node did not do.
    Problem notPrimary(@Nullable String leader) {
        var base = elsewhere(leader).leader();
        var problem = Problem.of(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        LockProblemCode.NO_LEADER,
                        "This node leads no longer, and did not do it.")
                .with("retryAfterMillis", 50L);
        return base == null ? problem : problem.with("leader", base.toString());
    }

    /// Renews a lease; answers what is left of it.
    long renew(long session, long ackUpTo) {
        return switch (answer(node.renew(session, ackUpTo))) {
            case Answer.Renewed(var remaining) -> remaining;
            case Answer.Replied _ -> throw Refusals.sessionExpired(session).asException();
            case Answer.NotPrimary(var leader) -> throw elsewhere(leader);
            case Answer.Overloaded _ -> throw overloaded();
            case Answer.Unknown _ -> throw unknown();
        };
    }

    /// Reads: at the primary, with everything that was acknowledged before; or here, as it is.
    ///
    /// @param stale    whether what this node has is good enough
    /// @param minIndex that this node has to have applied
    public <T> T read(
            boolean stale, @Nullable Long minIndex, HttpServletResponse response, Function<Namespace, T> query) {
        if (stale && minIndex != null) {
            awaitIndex(minIndex);
        }
        return switch (answer(stale ? node.readHere(query) : node.read(query))) {
            case Reading.Value<T>(var value, var index) -> {
                response.setHeader(LockHeaders.INDEX, Long.toString(index));
                yield value;
            }
            case Reading.NotLeader<T>(var leader) -> throw elsewhere(leader == null ? null : leader.name());
            case Reading.Overloaded<T> _ -> throw overloaded();
        };
    }

    private void awaitIndex(long index) {
        try {
            if (!node.awaitIndex(index, CATCHING_UP)) {
                throw Problem.of(
                                HttpStatus.SERVICE_UNAVAILABLE,
                                "behind",
                                "This node has not applied index %d yet; ask again, or the primary.".formatted(index))
                        .with("retryAfterMillis", 100L)
                        .retryAfter(Duration.ofSeconds(1))
                        .asException();
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
            throw overloaded();
        }
    }

    /// Waits without a time-out, which would cost a timer for each request: the node answers everything, at the
    /// latest when it has heard no majority for an election time-out.
    private static <T> T answer(CompletableFuture<T> future) {
        try {
            return future.get();
        } catch (CancellationException nobodyKnows) {
            throw unknown();
        } catch (ExecutionException failure) {
            throw cause(failure);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
            throw unknown();
        }
    }

    private static RuntimeException cause(ExecutionException failure) {
        return failure.getCause() instanceof RuntimeException refused
                ? refused
                : new IllegalStateException("the node failed at a request", failure.getCause());
    }

    /// Waits for what an operator wants.
    public <T> T await(CompletableFuture<T> future, Duration more) {
        try {
            return future.get(PATIENCE.plus(more).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | CancellationException nobodyKnows) {
            throw unknown();
        } catch (ExecutionException failure) {
            throw cause(failure);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
            throw unknown();
        }
    }

    public RuntimeException elsewhere(@Nullable NodeId leader, boolean known) {
        return elsewhere(known && leader != null ? leader.name() : null);
    }

    private ElsewhereException elsewhere(@Nullable String leader) {
        var other = leader == null ? leaderSoon() : leader;
        return new ElsewhereException(
                other == null || other.equals(node.name())
                        ? null
                        : node.api(other).orElse(null));
    }

    private @Nullable String leaderSoon() {
        try {
            return node.awaitLeader(HAND_OVER).orElse(null);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    public static RuntimeException overloaded() {
        return tooMuchToDo().asException();
    }

    static Problem tooMuchToDo() {
        return Problem.of(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        LockProblemCode.OVERLOADED,
                        "The service has too much to do at the moment; nothing was done.")
                .with("retryAfterMillis", 200L)
                .retryAfter(Duration.ofSeconds(1));
    }

    public static RuntimeException unknown() {
        return nobodyKnows().asException();
    }

    static Problem nobodyKnows() {
        return Problem.of(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        LockProblemCode.OUTCOME_UNKNOWN,
                        "It may or may not be done. The same request under the same number tells.")
                .with("retryAfterMillis", 100L)
                .retryAfter(Duration.ofSeconds(1));
    }

    /// A text that a person has to give.
    public static String text(@Nullable String text, String field) {
        return Wire.text(text, field);
    }

    /// A refusal of the log as an exception.
    public RuntimeException refusal(Reply reply) {
        return problem(reply).asException();
    }

    Problem problem(Reply reply) {
        return Refusals.of(reply, node.logicalMillis());
    }
}
