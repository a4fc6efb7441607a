package io.covenant.benchmarks.gateway;

/// What is asked of a proxy.
sealed interface Workload {

    /// So many requests at once, always.
    record Closed(int connections) implements Workload {

        @Override
        public String toString() {
            return "c = " + connections;
        }
    }

    /// This part of what the proxy reached with 64 connections, by a schedule.
    record Open(int percent) implements Workload {

        @Override
        public String toString() {
            return percent + " %";
        }
    }

    /// As many requests for each proxy as are this part of what stock Spring Cloud Gateway reached.
    record OfStock(int percent) implements Workload {

        @Override
        public String toString() {
            return percent + " % of stock's";
        }
    }
}
