package io.covenant.launcher.cli;

import io.covenant.launcher.platform.Persona;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "token",
        description = {
            "Prints an access token of the development issuer, for an hour.",
            "For example: curl -H \"Authorization: Bearer $(./covenant token --role shopper --customer alice)\" ..."
        })
final class TokenCommand implements Callable<Integer> {

    private final Context context;

    @Spec
    @Nullable
    CommandSpec spec;

    @Option(
            names = "--role",
            required = true,
            paramLabel = "shopper|clerk|operator",
            description = {
                "shopper: sees the stock, places, sees and cancels the orders of one customer.",
                "clerk: does so for all customers, and keeps customers and stock.",
                "operator: looks after transactions, locks and the gateway."
            })
    Persona role = Persona.SHOPPER;

    @Option(names = "--customer", paramLabel = "ID", description = "Which customer a shopper is.")
    @Nullable
    String customer;

    TokenCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (spec != null && (role == Persona.SHOPPER) != (customer != null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    role == Persona.SHOPPER
                            ? "A shopper is one customer: add --customer ID, for instance alice."
                            : "--customer is for shoppers; a " + role.account() + " acts for all customers.");
        }
        var token = context.openPlatform().token(role, Optional.ofNullable(customer));
        context.console().say(token.token());
        return 0;
    }
}
