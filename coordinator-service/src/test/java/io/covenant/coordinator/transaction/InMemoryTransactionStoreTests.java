package io.covenant.coordinator.transaction;

import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.transactions.TransactionId;

class InMemoryTransactionStoreTests extends TransactionStoreContractTests {

    private final InMemoryTransactionStore store = new InMemoryTransactionStore();

    @Override
    TransactionStore store() {
        return store;
    }

    @Override
    void lives(Incarnation incarnation) {
        store.lives(incarnation);
    }

    @Override
    void lose(TransactionId id) {
        store.lose(id);
    }
}
