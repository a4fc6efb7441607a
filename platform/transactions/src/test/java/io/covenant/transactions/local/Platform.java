package io.covenant.transactions.local;

import io.covenant.simulation.Dice;
import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import io.covenant.simulation.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A platform of coordinators, services and clients in one world, and the fate that befalls it.
///
/// Each seed is another platform: how many of what, which faults and how many of them. Not every kind of
/// fault happens in every world, since many kinds at once hide each other.
public final class Platform {

    private static final Duration TROUBLE = Duration.ofSeconds(8);
    private static final List<String> SERVICES = List.of("orders", "inventory", "payments", "shipping");

    private final World world;
    private final Dice dice;
    private final Observer observer;
    private final Set<Flaw> flaws;
    private final Memory memory;
    private final Services services;
    private final Map<String, LocalDatabase> databases = new TreeMap<>();
    private final List<Client> clients = new ArrayList<>();
    private @Nullable Store store;
    private Runnable onBegin = () -> {};

    public Platform(World world, Observer observer, Set<Flaw> flaws, Memory memory) {
        this.world = world;
        this.dice = world.dice();
        this.observer = observer;
        this.flaws = flaws;
        this.memory = memory;
        this.services = services(world.dice());
    }

    private static Services services(Dice dice) {
        var participants = new TreeMap<String, List<String>>();
        SERVICES.subList(0, 2 + dice.below(3))
                .forEach(service -> participants.put(service, List.of(service + "-1", service + "-2")));
        var coordinators = IntStream.rangeClosed(1, 2 + dice.below(2))
                .mapToObj(number -> "coordinator-" + number)
                .toList();
        return new Services(coordinators, participants);
    }

    public Services services() {
        return services;
    }

    public void build(Function<Node, Program> coordinator, InstanceOf instance, int most, Supplier<Message.Run> wish) {
        world.network()
                .delay(Duration.ofNanos(200_000), Duration.ofMillis(1 + dice.below(8)))
                .loss(dice.pick(List.of(0.0, 0.01, 0.05)))
                .duplication(dice.pick(List.of(0.0, 0.02, 0.1)))
                .stragglers(dice.pick(List.of(0.0, 0.01, 0.04)), memory.beyond())
                .doublesOnly(message -> message instanceof Message.Spoken);
        populate(coordinator, instance);
        for (var number = 1; number <= 1 + dice.below(3); number++) {
            var wishes = IntStream.rangeClosed(0, dice.below(most))
                    .mapToObj(any -> wish)
                    .toList();
            client("client-" + number, wishes);
        }
    }

    private void client(String name, List<Supplier<Message.Run>> wishes) {
        world.node(name, node -> {
            var client = new Client(node, services.coordinators(), wishes, memory);
            clients.add(client);
            return client;
        });
    }

    /// Makes one instance of a service.
    @FunctionalInterface
    public interface InstanceOf {
        Program at(Node node, String database);
    }

    /// Nothing happens but these wishes, one after the other.
    public void inPeace(Function<Node, Program> coordinator, InstanceOf instance, List<Supplier<Message.Run>> wishes) {
        populate(coordinator, instance);
        client("client", wishes);
    }

    private void populate(Function<Node, Program> coordinator, InstanceOf instance) {
        world.node(
                Services.STORE,
                node -> store = new Store(node, node.disk("wal"), observer, flaws, memory, () -> onBegin.run()));
        services.participants().forEach((service, instances) -> {
            var database = Services.databaseOf(service);
            world.node(database, node -> {
                var program = new LocalDatabase(node, node.disk("wal"), observer, flaws, memory);
                databases.put(service, program);
                return program;
            });
            instances.forEach(name -> world.node(name, node -> instance.at(node, database)));
        });
        services.coordinators().forEach(name -> world.node(name, coordinator));
    }

    public Message.Run run(Object plan, List<Work> works, Duration deadline) {
        return new Message.Run(Ids.at(world.now(), dice), plan, works, deadline);
    }

    public void misbehave() {
        var instances =
                services.participants().values().stream().flatMap(List::stream).toList();
        var coordinators = services.coordinators();
        sometimes(4, () -> crash(dice.pick(coordinators), Mishap.COORDINATOR_CRASH));
        sometimes(4, () -> crash(dice.pick(instances), Mishap.INSTANCE_CRASH));
        sometimes(
                3, () -> crash(Services.databaseOf(dice.pick(List.copyOf(databases.keySet()))), Mishap.DATABASE_CRASH));
        sometimes(6, () -> crash(Services.STORE, Mishap.STORE_CRASH));
        sometimes(3, () -> pause(dice.pick(coordinators)));
        sometimes(2, () -> pause(dice.pick(instances)));
        sometimes(3, () -> cut(dice.pick(coordinators), Services.STORE));
        sometimes(3, () -> cut(dice.pick(coordinators), dice.pick(instances)));
        if (dice.chance(0.3)) {
            loseBeginRecords();
        }
        if (dice.chance(0.3)) {
            coordinators.forEach(coordinator -> world.node(coordinator)
                    .skew(dice.between(Duration.ZERO, Duration.ofSeconds(4)).minusSeconds(2)));
        }
        world.in(TROUBLE, () -> {
            world.network().behave();
            world.nodes().forEach(node -> {
                node.resume();
                node.restart();
            });
        });
    }

    /// Whenever it is over, there is nothing left to do.
    public void untilQuiet(Runnable check) {
        world.quietWhen("trouble is over", () -> world.elapsed().compareTo(TROUBLE.plus(memory.beyond())) > 0)
                .quietWhen("a client waits", () -> clients.stream().allMatch(Client::contented))
                .quietWhen("a transaction has no end", () -> store().everythingEnded())
                .finally_("at the end", check)
                .untilQuiet(Duration.ofMinutes(3));
    }

    public Store store() {
        return Objects.requireNonNull(store);
    }

    public Map<String, LocalDatabase> databases() {
        return databases;
    }

    public World world() {
        return world;
    }

    /// Crashes the store just after begin records, and has it up again while their owners still drive them.
    private void loseBeginRecords() {
        onBegin = () -> {
            if (dice.chance(0.2) && world.elapsed().compareTo(TROUBLE) < 0) {
                world.in(
                        dice.between(Duration.ZERO, Duration.ofMillis(30)),
                        () -> crash(Services.STORE, Mishap.STORE_CRASH, Duration.ofMillis(100)));
            }
        };
    }

    /// In half of the worlds, up to so many times.
    private void sometimes(int atMost, Runnable fate) {
        if (dice.chance(0.5)) {
            IntStream.rangeClosed(0, dice.below(atMost))
                    .forEach(time -> world.in(dice.between(Duration.ZERO, TROUBLE), fate));
        }
    }

    public void sabotage() {
        for (var time = 0; time < 40; time++) {
            world.in(
                    dice.between(Duration.ZERO, TROUBLE),
                    () -> dice.pick(List.copyOf(databases.values())).sabotage(dice));
        }
    }

    private void crash(String name, Mishap mishap) {
        crash(name, mishap, Duration.ofMillis(2_500));
    }

    private void crash(String name, Mishap mishap, Duration atMost) {
        var node = world.node(name);
        if (node.up()) {
            observer.count(mishap);
            node.crash();
            world.in(dice.between(Duration.ofMillis(20), atMost), node::restart);
        }
    }

    private void pause(String name) {
        var node = world.node(name);
        if (node.up() && !node.paused()) {
            observer.count(Mishap.PAUSE);
            node.pause();
            world.in(dice.between(Duration.ofMillis(200), Duration.ofSeconds(4)), node::resume);
        }
    }

    private void cut(String one, String other) {
        observer.count(Mishap.CUT);
        var forth = dice.chance(0.7);
        if (forth) {
            world.network().cut(one, other);
        }
        if (!forth || dice.chance(0.6)) {
            world.network().cut(other, one);
        }
        world.in(dice.between(Duration.ofMillis(200), Duration.ofSeconds(3)), () -> {
            world.network().heal(one, other);
            world.network().heal(other, one);
        });
    }
}
