package io.covenant.transactions.participant.local;

/// What a request about a local branch comes to.
///
/// @param <A> what is answered
public sealed interface LocalAnswer<A> {

    record Given<A>(A answer) implements LocalAnswer<A> {}

    /// The same has to be asked again.
    ///
    /// @param ongoing whether an earlier request is being worked on; if not, the database did not tell, or
    ///                the service could not do it
    record AskAgain<A>(boolean ongoing, String reason) implements LocalAnswer<A> {}
}
