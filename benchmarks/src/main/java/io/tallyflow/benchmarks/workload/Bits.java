package io.tallyflow.benchmarks.workload;

import java.nio.charset.StandardCharsets;

/** Bits that look random and are the same every time. */
public final class Bits {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final long FNV_OFFSET = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    private Bits() {}

    /** The n-th value of the generator SplitMix64 with a seed; different for every n. */
    static long random(long seed, long n) {
        return mix(seed + (n + 1) * GOLDEN);
    }

    /** The finalizer of SplitMix64: one to one, and every bit depends on every bit. */
    static long mix(long bits) {
        long z = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** FNV-1a of the UTF-8 bytes. */
    static long hash(String text) {
        long hash = FNV_OFFSET;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xFF)) * FNV_PRIME;
        }
        return hash;
    }
}
