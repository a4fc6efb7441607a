package io.covenant.transactions.participant;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.participant.sample.SampleService;
import java.util.Map;
import org.hibernate.boot.spi.SessionFactoryOptions;
import org.hibernate.cache.cfg.spi.DomainDataRegionBuildingContext;
import org.hibernate.cache.cfg.spi.DomainDataRegionConfig;
import org.hibernate.cache.spi.DomainDataRegion;
import org.hibernate.cache.spi.support.RegionFactoryTemplate;
import org.hibernate.cache.spi.support.StorageAccess;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@RealPostgres
@Timeout(120)
class SecondLevelCacheTests {

    /// Would show other transactions what is only prepared.
    @Test
    void isRefused(TestDatabase database) {
        assertThatThrownBy(() -> SampleService.start(
                                database,
                                "spring.jpa.properties.hibernate.cache.region.factory_class="
                                        + SomeCache.class.getName())
                        .close())
                .hasStackTraceContaining("second-level cache is on");
    }

    public static final class SomeCache extends RegionFactoryTemplate {

        @Override
        public DomainDataRegion buildDomainDataRegion(
                DomainDataRegionConfig config, DomainDataRegionBuildingContext context) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected StorageAccess createQueryResultsRegionStorageAccess(
                String name, SessionFactoryImplementor sessionFactory) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected StorageAccess createTimestampsRegionStorageAccess(
                String name, SessionFactoryImplementor sessionFactory) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected void prepareForUse(SessionFactoryOptions settings, Map<String, Object> configuration) {}

        @Override
        protected void releaseFromUse() {}
    }
}
