package io.covenant.simulation.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.Campaign;
import io.covenant.simulation.Dice;
import io.covenant.simulation.Seeds;
import io.covenant.simulation.World;
import io.covenant.simulation.history.Outcome.Answered;
import io.covenant.simulation.history.Register.Input;
import io.covenant.simulation.history.Register.Output;
import io.covenant.simulation.history.Verdict.Linearizable;
import io.covenant.simulation.history.Verdict.NotLinearizable;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LinearizabilitySimulation {

    /// What goes wrong, now and then.
    enum Sabotage {
        STALE_READ,
        LOST_UPDATE,
        LOST_WRITE,
        INVENTED_VALUE
    }

    enum LockSabotage {
        TWO_HOLDERS,
        TOKENS_START_AGAIN,
        STOLEN_RELEASE
    }

    @Seeds(1_000)
    void acceptsWhatACorrectRegisterShows(long seed) {
        Linearizability.of(new Register<>(0)).require(registerHistory(seed, Optional.empty()));
    }

    @ParameterizedTest
    @EnumSource
    void catchesASabotagedRegister(Sabotage sabotage) {
        assertThat(Campaign.of(50)
                        .firstFailure(seed -> Linearizability.of(new Register<>(0))
                                .require(registerHistory(seed, Optional.of(sabotage)))))
                .isPresent();
    }

    @Seeds(1_000)
    void acceptsWhatACorrectLockShows(long seed) {
        var history = lockHistory(seed, Optional.empty());

        Linearizability.of(new FencedLock()).require(history);
        assertThat(LockRules.tokensRise(FencedLock.grants(history))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void catchesASabotagedLock(LockSabotage sabotage) {
        assertThat(Campaign.of(50)
                        .firstFailure(seed ->
                                Linearizability.of(new FencedLock()).require(lockHistory(seed, Optional.of(sabotage)))))
                .isPresent();
    }

    /// Of random answers to few operations, some can be explained and some cannot; all orders of all subsets
    /// tell which.
    @Seeds(4_000)
    void saysTheSameAsTryingAllOrders(long seed) {
        var history = randomAnswers(seed);

        assertThat(Linearizability.of(new Register<>(0)).check(history) instanceof Linearizable)
                .as("%s", history)
                .isEqualTo(someOrderExplains(history));
    }

    @Seeds(300)
    void findsNoShorterCounterexample(long seed) {
        var register = Linearizability.of(new Register<>(0));
        if (register.check(randomAnswers(seed)) instanceof NotLinearizable<Input<Integer>, Output<Integer>>(var bad)) {
            var prefix = new History<>(bad.operations());
            var answers = times(prefix);

            assertThat(register.check(prefix)).isInstanceOf(NotLinearizable.class);
            assertThat(answers.size() < 2
                            || register.check(prefix.until(answers.get(answers.size() - 2))) instanceof Linearizable)
                    .isTrue();
        }
    }

    @Test
    @Timeout(60)
    void bearsTenThousandOperations() {
        var linearizability = Linearizability.of(new Register<>(0)).rememberingAtMost(50_000);

        assertThat(linearizability.check(tenThousandOperations(0))).isInstanceOf(Linearizable.class);
        assertThat(linearizability.check(tenThousandOperations(0.001))).isInstanceOf(NotLinearizable.class);
    }

    /// Each of them may have left the lock to somebody who is never heard of again.
    @Seeds(20)
    void bearsManyOperationsOfUnknownOutcome(long seed) {
        var dice = World.seeded(seed).dice();
        var lock = new Lock(Optional.empty());
        var history = new Clients<>(dice, 8, 0.1, client -> lockWish(dice, client, lock), lock::answer).after(1_000);

        assertThat(Linearizability.of(new FencedLock())
                        .rememberingAtMost(100_000)
                        .check(history))
                .isInstanceOf(Linearizable.class);
    }

    private static History<Input<Integer>, Output<Integer>> registerHistory(long seed, Optional<Sabotage> sabotage) {
        var dice = World.seeded(seed).dice();
        return new Clients<>(dice, 5, 0.1, client -> wish(dice, "x", 4), registerWith(sabotage, 0.2)).after(60);
    }

    /// Eight clients for each of ten keys; few values, so that much has to be tried.
    private static History<Input<Integer>, Output<Integer>> tenThousandOperations(double stale) {
        var dice = World.seeded(11).dice();
        return new Clients<>(
                        dice,
                        80,
                        0.001,
                        client -> wish(dice, "k" + Integer.parseInt(client.substring(1)) % 10, 10),
                        registerWith(Optional.of(Sabotage.STALE_READ), stale))
                .after(10_000);
    }

    private static Input<Integer> wish(Dice dice, String key, int values) {
        return switch (dice.below(4)) {
            case 0 -> new Input.Write<>(key, dice.below(values));
            case 1 -> new Input.CompareAndSet<>(key, dice.below(values), dice.below(values));
            default -> new Input.Read<>(key);
        };
    }

    private static BiFunction<Input<Integer>, Dice, Output<Integer>> registerWith(
            Optional<Sabotage> sabotage, double share) {
        var values = new HashMap<String, Integer>();
        var older = new HashMap<String, Integer>();
        return (input, dice) -> {
            var value = values.getOrDefault(input.key(), 0);
            var now = sabotage.filter(_ -> dice.chance(share));
            return switch (input) {
                case Input.Read<Integer>(var key)
                when now.equals(Optional.of(Sabotage.STALE_READ)) -> new Output.Value<>(older.getOrDefault(key, 0));
                case Input.Read<Integer> _
                when now.equals(Optional.of(Sabotage.INVENTED_VALUE)) -> new Output.Value<>(99);
                case Input.Read<Integer> _ -> new Output.Value<>(value);
                case Input.Write<Integer> _ when now.equals(Optional.of(Sabotage.LOST_WRITE)) -> new Output.Written<>();
                case Input.Write<Integer>(var key, var next) -> {
                    older.put(key, value);
                    values.put(key, next);
                    yield new Output.Written<>();
                }
                case Input.CompareAndSet<Integer>(var key, var expected, var next)
                when expected.equals(value)
                        || (now.equals(Optional.of(Sabotage.LOST_UPDATE)) && expected.equals(older.get(key))) -> {
                    older.put(key, value);
                    values.put(key, next);
                    yield new Output.Written<>();
                }
                case Input.CompareAndSet<Integer> _ -> new Output.Differs<>();
            };
        };
    }

    private static History<FencedLock.Input, FencedLock.Output> lockHistory(
            long seed, Optional<LockSabotage> sabotage) {
        var dice = World.seeded(seed).dice();
        var lock = new Lock(sabotage);
        return new Clients<>(dice, 5, 0.1, client -> lockWish(dice, client, lock), lock::answer).after(60);
    }

    private static FencedLock.Input lockWish(Dice dice, String client, Lock lock) {
        return switch (dice.below(6)) {
            case 0 -> new FencedLock.Input.Lose("lock", "c" + dice.below(5));
            case 1, 2 -> new FencedLock.Input.Release("lock", client, lock.lastToken - dice.below(2));
            default -> new FencedLock.Input.Acquire("lock", client);
        };
    }

    private static final class Lock {

        private final Optional<LockSabotage> sabotage;
        private Optional<String> holder = Optional.empty();
        private long lastToken;

        private Lock(Optional<LockSabotage> sabotage) {
            this.sabotage = sabotage;
        }

        private FencedLock.Output answer(FencedLock.Input input, Dice dice) {
            var now = sabotage.filter(_ -> dice.chance(0.2));
            return switch (input) {
                case FencedLock.Input.Acquire(var _, var client) -> {
                    if (now.equals(Optional.of(LockSabotage.TOKENS_START_AGAIN))) {
                        lastToken = 0;
                    }
                    if (holder.isPresent() && !now.equals(Optional.of(LockSabotage.TWO_HOLDERS))) {
                        yield new FencedLock.Output.Busy();
                    }
                    holder = Optional.of(client);
                    yield new FencedLock.Output.Granted(++lastToken);
                }
                case FencedLock.Input.Release(var _, var client, var token) -> {
                    var holds = holder.equals(Optional.of(client)) && token == lastToken;
                    if (holds || now.equals(Optional.of(LockSabotage.STOLEN_RELEASE))) {
                        holder = Optional.empty();
                        yield new FencedLock.Output.Released();
                    }
                    yield new FencedLock.Output.NotHeld();
                }
                case FencedLock.Input.Lose(var _, var client) -> {
                    holder = holder.filter(name -> !name.equals(client));
                    yield new FencedLock.Output.Lost();
                }
            };
        }
    }

    private static History<Input<Integer>, Output<Integer>> randomAnswers(long seed) {
        var dice = World.seeded(seed).dice();
        return new Clients<>(dice, 3, 0.3, client -> wish(dice, "x", 2), LinearizabilitySimulation::randomAnswer)
                .after(7);
    }

    private static Output<Integer> randomAnswer(Input<Integer> input, Dice dice) {
        return switch (input) {
            case Input.Read<Integer> _ -> new Output.Value<>(dice.below(2));
            case Input.Write<Integer> _ -> new Output.Written<>();
            case Input.CompareAndSet<Integer> _ -> dice.chance(0.5) ? new Output.Written<>() : new Output.Differs<>();
        };
    }

    private static boolean someOrderExplains(History<Input<Integer>, Output<Integer>> history) {
        return someOrderExplains(
                history.operations(),
                IntStream.range(0, history.operations().size()).boxed().collect(Collectors.toSet()),
                0);
    }

    private static boolean someOrderExplains(
            List<Operation<Input<Integer>, Output<Integer>>> operations, Set<Integer> left, int value) {
        var earliest =
                left.stream().mapToLong(i -> end(operations.get(i))).min().orElse(Long.MAX_VALUE);
        if (earliest == Long.MAX_VALUE) {
            return true;
        }
        for (var next : left) {
            var operation = operations.get(next);
            var after = switch (operation.outcome()) {
                case Answered<Output<Integer>>(var output, var _) ->
                    new Register<>(0).answered(value, operation.input(), output);
                case Outcome.Unknown<Output<Integer>>() -> new Register<>(0).unanswered(value, operation.input());
            };
            if (operation.invoked() <= earliest && after.isPresent()) {
                var rest = left.stream().filter(i -> !i.equals(next)).collect(Collectors.toSet());
                if (someOrderExplains(operations, rest, after.get())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static long end(Operation<?, ?> operation) {
        return operation.outcome() instanceof Answered<?>(var _, var at) ? at : Long.MAX_VALUE;
    }

    private static List<Long> times(History<?, ?> history) {
        return history.operations().stream()
                .map(LinearizabilitySimulation::end)
                .filter(at -> at < Long.MAX_VALUE)
                .sorted()
                .toList();
    }
}
