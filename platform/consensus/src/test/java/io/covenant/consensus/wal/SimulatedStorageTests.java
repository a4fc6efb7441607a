package io.covenant.consensus.wal;

import io.covenant.simulation.World;

class SimulatedStorageTests extends StorageContractTests {

    private final SimulatedStorage storage =
            new SimulatedStorage(World.seeded(1).dice());

    @Override
    Storage storage() {
        return storage;
    }
}
