package io.tallyflow.schemas.meter;

/**
 * The name of a meter's version, as readings, cells and state have it: the slug of the first one,
 * {@code slug@version} of each later one. No slug holds the sign.
 */
public final class VersionName {

    /** The version that a slug begins with. */
    public static final int FIRST_VERSION = 1;

    private static final char SIGN = '@';

    private VersionName() {}

    public static String of(String slug, int version) {
        return version == FIRST_VERSION ? slug : slug + SIGN + version;
    }

    /** The meter's public name. */
    public static String slug(String name) {
        int sign = name.indexOf(SIGN);
        return sign < 0 ? name : name.substring(0, sign);
    }

    /** Which of the slug's versions. */
    public static int version(String name) {
        int sign = name.indexOf(SIGN);
        return sign < 0 ? FIRST_VERSION : Integer.parseInt(name.substring(sign + 1));
    }
}
