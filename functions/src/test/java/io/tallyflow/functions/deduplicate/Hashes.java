package io.tallyflow.functions.deduplicate;

/** Hashes of numbered identities, all different. */
enum Hashes {
    UNIFORM {
        @Override
        long high(int number) {
            return mix(number);
        }

        @Override
        long low(int number) {
            return mix(~number);
        }
    },
    /** As somebody can make them who tries many. */
    ALIKE_AT_THE_FRONT {
        @Override
        long high(int number) {
            return 0xABCD_EF01_2345_0000L | mix(number) >>> 48;
        }

        @Override
        long low(int number) {
            return mix(~number);
        }
    },
    /** As nobody can make them. */
    ALIKE_BUT_FOR_THE_END {
        @Override
        long high(int number) {
            return -1;
        }

        @Override
        long low(int number) {
            return number;
        }
    },
    ALIKE_BUT_FOR_THE_FRONT {
        @Override
        long high(int number) {
            return mix(number);
        }

        @Override
        long low(int number) {
            return 0;
        }
    },
    AT_THE_EDGES {
        @Override
        long high(int number) {
            return new long[] {0, 1, Long.MAX_VALUE, Long.MIN_VALUE, -2, -1}[number % 6];
        }

        @Override
        long low(int number) {
            return Long.rotateRight(number / 6, 3);
        }
    };

    abstract long high(int number);

    abstract long low(int number);

    private static long mix(int number) {
        long mixed = (number + 1) * 0x9E37_79B9_7F4A_7C15L;
        mixed = (mixed ^ mixed >>> 32) * 0xD6E8_FEB8_6659_FD93L;
        return mixed ^ mixed >>> 32;
    }
}
