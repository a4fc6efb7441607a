package io.covenant.launcher.cli;

import io.covenant.transactions.threephase.SplitDecision;
import io.covenant.transactions.threephase.TimeOutRule;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "split",
        description = {
            "Plays how the time-outs of textbook three-phase commit split a decision, and how termination by a quorum "
                    + "(E3PC) does not, on the same schedule; exits with 1 should it come out otherwise.",
            "Nothing has to run: both are the cores that the services use, with a network made of paper."
        })
final class SplitCommand implements Callable<Integer> {

    private final Context context;

    SplitCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        var textbook = SplitDecision.play(TimeOutRule.UNSAFE_TEXTBOOK);
        var quorum = SplitDecision.play(TimeOutRule.ELECT);
        SplitText.lines(textbook, quorum).forEach(context.console()::say);
        return textbook.split() && !quorum.split() ? 0 : 1;
    }
}
