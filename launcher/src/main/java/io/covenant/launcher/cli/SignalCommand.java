package io.covenant.launcher.cli;

import io.covenant.launcher.node.Node;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Does something to the process of one node at once, whatever else goes on.
abstract sealed class SignalCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    NodeArgument node = new NodeArgument();

    SignalCommand(Context context) {
        this.context = context;
    }

    /// Returns false when there is no process to do it to.
    abstract boolean signal(Node target);

    abstract String done();

    @Override
    public Integer call() {
        Node target = context.platform().node(node.name);
        if (!signal(target)) {
            context.console().err().println(node.name + " is not running.");
            return 1;
        }
        context.console().say(node.name + " " + done());
        return 0;
    }

    @Command(name = "kill", description = "Ends a node as a crash does (kill -9).")
    static final class Kill extends SignalCommand {

        Kill(Context context) {
            super(context);
        }

        @Override
        boolean signal(Node target) {
            return target.kill();
        }

        @Override
        String done() {
            return "is killed; './covenant start %s' brings it back.".formatted(node.name);
        }
    }

    @Command(
            name = "pause",
            description = "Suspends a node (SIGSTOP), as a long garbage collection or a frozen machine does.")
    static final class Pause extends SignalCommand {

        Pause(Context context) {
            super(context);
        }

        @Override
        boolean signal(Node target) {
            return target.pause();
        }

        @Override
        String done() {
            return "is paused; './covenant resume %s' lets it go on.".formatted(node.name);
        }
    }

    @Command(name = "resume", description = "Lets a paused node go on (SIGCONT).")
    static final class Resume extends SignalCommand {

        Resume(Context context) {
            super(context);
        }

        @Override
        boolean signal(Node target) {
            return target.resume();
        }

        @Override
        String done() {
            return "goes on.";
        }
    }
}
