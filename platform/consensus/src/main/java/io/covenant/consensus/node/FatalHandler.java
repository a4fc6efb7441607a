package io.covenant.consensus.node;

/// Hears that a node cannot go on. Nothing of it is to be used any more; what waited is answered as unknown.
@FunctionalInterface
public interface FatalHandler {

    /// Called once, on the thread that failed.
    void onFatal(String what, Throwable cause);

    /// For production: says what happened and what to do, and ends the process on the spot, since nobody knows
    /// what of its memory is true.
    static FatalHandler halting() {
        return (what, cause) -> {
            System.getLogger(RaftNode.class.getName())
                    .log(
                            System.Logger.Level.ERROR,
                            what
                                    + ": this process ends now. Nothing that was confirmed is lost. Start it again; if it"
                                    + " ends again, free or replace its disk, or remove the node from its group and add"
                                    + " it anew with an empty directory",
                            cause);
            Runtime.getRuntime().halt(70);
        };
    }
}
