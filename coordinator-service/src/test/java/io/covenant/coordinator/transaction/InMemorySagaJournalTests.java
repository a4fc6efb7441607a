package io.covenant.coordinator.transaction;

class InMemorySagaJournalTests extends SagaJournalContractTests {

    private final InMemoryTransactionStore store = new InMemoryTransactionStore();

    @Override
    TransactionStore store() {
        return store;
    }
}
