package io.covenant.coordinator.transaction;

class InMemorySiteTests extends CoordinatorsSiteContractTests {

    private final InMemoryTransactionStore store = new InMemoryTransactionStore();

    @Override
    TransactionStore store() {
        return store;
    }

    @Override
    void loseRecord(Begin begin) {
        store.lose(begin.id());
    }
}
