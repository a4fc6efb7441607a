package io.covenant.coordinator.paxos;

import io.covenant.coordinator.acceptor.DurableAcceptor;
import io.covenant.coordinator.transaction.Participants;
import io.covenant.coordinator.transaction.TransactionListener;
import io.covenant.coordinator.transaction.TransactionSettings;
import io.covenant.coordinator.transaction.Transactions;
import io.covenant.transactions.CrashPoints;
import io.covenant.web.services.ClientTls;
import io.covenant.web.services.Credentials;
import io.covenant.web.services.ServiceClient;
import io.covenant.web.services.ServiceClientProperties;
import io.covenant.web.services.Topology;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/// Has this coordinator run Paxos Commit, where `covenant.coordinator.paxos` says with whom.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PaxosSettings.class)
class PaxosConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(PaxosConfiguration.class);

    /// Only with a directory: without, there is nothing that could be promised.
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty("covenant.coordinator.paxos.directory")
    static class Member {

        @Bean(destroyMethod = "close")
        DurableAcceptor durableAcceptor(PaxosSettings settings, Topology topology) throws IOException {
            settings.requireMember(topology.node());
            return DurableAcceptor.open(
                    Objects.requireNonNull(settings.directory()),
                    topology.node(),
                    settings.acceptors(),
                    DurableAcceptor.Options.standard(),
                    new SecureRandom()::nextLong,
                    System::nanoTime,
                    LOG::warn,
                    Member::end);
        }

        /// What was kept in memory is ahead of the disk now, and nobody knows by how much.
        private static void end(Throwable cause) {
            LOG.error(
                    "the log of this acceptor is broken: this process ends now. Nothing that was promised is lost."
                            + " Start it again; if it ends again, free or replace its disk",
                    cause);
            Runtime.getRuntime().halt(70);
        }

        /// Each of the others as a service of its own.
        @Bean(destroyMethod = "close", defaultCandidate = false)
        ServiceClient paxosPeerClient(
                PaxosSettings settings,
                Topology topology,
                ServiceClientProperties properties,
                JsonMapper mapper,
                ObjectProvider<Credentials> credentials,
                ObjectProvider<ClientTls> tls) {
            var members = settings.members().entrySet().stream()
                    .collect(Collectors.toMap(entry -> entry.getKey(), entry -> List.of(entry.getValue())));
            return new ServiceClient(
                    new Topology(topology.node(), members),
                    properties,
                    mapper,
                    new CompositeMeterRegistry(),
                    credentials.getIfAvailable(),
                    tls.getIfAvailable());
        }

        @Bean(destroyMethod = "shutdownNow", defaultCandidate = false)
        ScheduledThreadPoolExecutor paxosTimers() {
            var timers = new ScheduledThreadPoolExecutor(
                    1, Thread.ofPlatform().name("paxos-timers").daemon().factory());
            timers.setRemoveOnCancelPolicy(true);
            return timers;
        }

        @Bean
        PaxosParts paxosParts(
                PaxosSettings settings,
                TransactionSettings transactions,
                Topology topology,
                DurableAcceptor acceptor,
                @Qualifier("paxosPeerClient") ServiceClient peers,
                Participants participants,
                List<TransactionListener> listeners,
                CrashPoints crashPoints,
                Transactions engine,
                @Qualifier("paxosTimers") ScheduledThreadPoolExecutor timers) {
            Executor workers = task -> Thread.ofVirtual().name("paxos").start(task);
            return new PaxosParts(
                    topology.node(),
                    settings,
                    transactions,
                    acceptor,
                    new HttpPeers(topology.node(), settings.acceptors(), peers, settings.patience(), workers),
                    participants,
                    TransactionListener.all(listeners.toArray(TransactionListener[]::new)),
                    crashPoints,
                    engine::pausedServices,
                    workers,
                    timers,
                    InstantSource.system(),
                    System::nanoTime,
                    new SecureRandom());
        }

        @Bean
        Leaders leaders(PaxosParts parts, MeterRegistry registry) {
            var leaders = new Leaders(parts);
            gauge(
                    registry,
                    "unfinished",
                    "Transactions that this acceptor does not know to have ended",
                    () -> parts.acceptor().unfinished());
            gauge(
                    registry,
                    "remembered",
                    "Transactions that this acceptor remembers",
                    () -> parts.acceptor().size());
            gauge(
                    registry,
                    "led",
                    "Transactions that this coordinator leads",
                    () -> leaders.all().size());
            FunctionCounter.builder("covenant.paxos.forces", parts.acceptor(), DurableAcceptor::forces)
                    .description("How often this acceptor has forced its log to disk")
                    .register(registry);
            gauge(registry, "hazards", "Transactions with a branch that is not as decided", leaders::hazards);
            return leaders;
        }

        private static void gauge(MeterRegistry registry, String name, String description, Supplier<Number> figure) {
            Gauge.builder("covenant.paxos." + name, figure)
                    .description(description)
                    .register(registry);
        }

        @Bean
        Admission admission(PaxosParts parts) {
            return new Admission(parts);
        }

        @Bean
        PaxosTransactions paxosTransactions(PaxosParts parts, Leaders leaders, Admission admission) {
            return new PaxosTransactions(parts, leaders, admission);
        }

        @Bean
        PaxosLife paxosLife(PaxosTransactions transactions, PaxosParts parts, Leaders leaders, Admission admission) {
            return new PaxosLife(transactions, admission, new Janitor(parts, leaders));
        }

        @Bean
        PaxosHealthIndicator paxosHealthIndicator(PaxosParts parts, Leaders leaders, Admission admission) {
            return new PaxosHealthIndicator(parts, admission, leaders);
        }
    }
}
