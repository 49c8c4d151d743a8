package io.tallyflow.connectors.postgres.session;

import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Collections;

/**
 * Takes back what a job's JDBC drivers have told the Java machine of themselves. A driver registers
 * when its class is loaded, and the machine then keeps it, and with it all classes of the job: a
 * Flink process that has seen some ten jobs come and go would have no room for another one.
 *
 * <p>Where the drivers are not the job's own, such as in a program that runs it embedded, nothing
 * happens.
 */
public final class DriverRelease implements Runnable {

    /** One per class loader is enough. */
    public static final String NAME = "tallyflow-jdbc-drivers";

    @Override
    public void run() {
        ClassLoader job = DriverRelease.class.getClassLoader();
        if (job == ClassLoader.getSystemClassLoader()) {
            return;
        }
        for (Driver driver : Collections.list(DriverManager.getDrivers())) {
            if (driver.getClass().getClassLoader() == job) {
                release(driver);
            }
        }
    }

    private static void release(Driver driver) {
        try {
            DriverManager.deregisterDriver(driver);
        } catch (SQLException e) {
            throw new IllegalStateException("a driver could not be released", e);
        }
    }
}
