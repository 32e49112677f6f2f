/** Runs what waits: FlywayMigrate URL FOLDER. */
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;

public class FlywayMigrate {
    public static void main(String[] args) {
        FluentConfiguration configuration = Flyway.configure().dataSource(args[0], null, null).locations("filesystem:" + args[1]).mixed(true);
        // a lock held in a transaction is what CREATE INDEX CONCURRENTLY waits for
        configuration.getConfigurationExtension(PostgreSQLConfigurationExtension.class).setTransactionalLock(false);
        configuration.load().migrate();
    }
}
