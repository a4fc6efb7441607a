package io.covenant.transactions.local;

import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import java.util.Map;
import java.util.Optional;

/// Sees what becomes visible in every database, and what clients are told.
public interface Observer {

    void count(Mishap mishap);

    /// A row of a participant's database is durable and visible; told again after each restart.
    void visible(LocalDatabase.Row row);

    /// A reservation, or the rows about it, were tampered with by hand.
    void sabotaged(LocalDatabase.Row row);

    void begun(BeginRecord record);

    void owned(BeginRecord record);

    void decided(TransactionId id, Chosen chosen);

    void read(TransactionId id, Optional<Chosen> chosen);

    /// The coordinators' database is up again.
    ///
    /// @param start which start of it this is
    void storeRecovered(Map<TransactionId, BeginRecord> begun, Map<TransactionId, Chosen> chosen, int start);

    /// The coordinators know nothing of a transaction any more.
    void forgotten(TransactionId id, int start);

    /// @param asOf the start of the store that showed it
    void told(TransactionId id, Decision decision, int asOf);
}
