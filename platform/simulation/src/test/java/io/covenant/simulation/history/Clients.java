package io.covenant.simulation.history;

import io.covenant.simulation.Dice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Clients that use one object at the same time, in an order that the dice choose: each asks, some time
/// later the object acts, some time later the client hears of it, or never does.
final class Clients<I, O> {

    private final class Client {

        private final String name;
        private Recorder<I, O>.@Nullable Call call;
        private @Nullable I input;
        private Optional<O> output = Optional.empty();

        private Client(String name) {
            this.name = name;
        }
    }

    private final Dice dice;
    private final double unknown;
    private final Function<String, I> wishes;
    private final BiFunction<I, Dice, O> object;
    private final Recorder<I, O> recorder = Recorder.counting();
    private final List<Client> clients = new ArrayList<>();

    /// @param unknown the share of operations whose outcome is never heard of
    /// @param wishes  what a client of this name asks for next
    Clients(Dice dice, int clients, double unknown, Function<String, I> wishes, BiFunction<I, Dice, O> object) {
        this.dice = dice;
        this.unknown = unknown;
        this.wishes = wishes;
        this.object = object;
        for (var i = 0; i < clients; i++) {
            this.clients.add(new Client("c" + i));
        }
    }

    History<I, O> after(int operations) {
        for (var asked = 0; asked < operations; ) {
            var client = dice.pick(clients);
            if (client.call == null) {
                var input = wishes.apply(client.name);
                client.call = recorder.invoke(client.name, input);
                client.input = input;
                asked++;
            } else {
                goOn(client, client.call);
            }
        }
        return recorder.history();
    }

    private void goOn(Client client, Recorder<I, O>.Call call) {
        if (client.output.isEmpty() && client.input != null && !dice.chance(unknown / 2)) {
            client.output = Optional.of(object.apply(client.input, dice));
        } else if (client.output.isEmpty() || dice.chance(unknown / 2)) {
            call.unknown();
            free(client);
        } else {
            call.answered(client.output.get());
            free(client);
        }
    }

    private void free(Client client) {
        client.call = null;
        client.output = Optional.empty();
    }
}
