using System.Numerics;

namespace Tunnel.Shared.VMess.Cryptography;

/// <summary>SHAKE128 (FIPS 202) whose output is read piece by piece, without end.</summary>
/// <remarks>
/// The platform's <c>Shake128.Read</c> needs OpenSSL 3.3 and throws on 3.0, which Debian 12 has; its one-shot form cannot go on
/// where it stopped. VMess reads four bytes a chunk, so 42 chunks share one permutation and its speed does not matter.
/// </remarks>
internal sealed class Shake128Stream
{
    /// <summary>(1600 - 2 · 128) / 8: bytes absorbed or squeezed for each permutation.</summary>
    private const int RateBytes = 168;

    private const int Lanes = 25;
    private const byte DomainSuffix = 0x1F;

    private readonly ulong[] _state = new ulong[Lanes];
    private int _position;

    /// <summary>Absorbs the whole input.</summary>
    public Shake128Stream(ReadOnlySpan<byte> seed)
    {
        foreach (var value in seed)
        {
            Absorb(_position, value);
            if (++_position == RateBytes)
            {
                Permute(_state);
                _position = 0;
            }
        }

        Absorb(_position, DomainSuffix);
        Absorb(RateBytes - 1, 0x80);
        Permute(_state);
        _position = 0;
    }

    private static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000, 0x000000000000808B, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
        0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800A, 0x800000008000000A, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>Rotations of the rho step, in the order in which the pi step visits the lanes.</summary>
    private static ReadOnlySpan<byte> Rotations => [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];

    private static ReadOnlySpan<byte> PiLanes => [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];

    /// <summary>The next bytes of the output.</summary>
    public void Read(Span<byte> output)
    {
        for (var i = 0; i < output.Length; i++)
        {
            output[i] = Next();
        }
    }

    /// <summary>The next two bytes as a big-endian number: one draw of VMess.</summary>
    public ushort NextUInt16() => (ushort)((Next() << 8) | Next());

    private byte Next()
    {
        if (_position == RateBytes)
        {
            Permute(_state);
            _position = 0;
        }

        var value = (byte)(_state[_position >> 3] >> (8 * (_position & 7)));
        _position++;
        return value;
    }

    private void Absorb(int position, byte value) => _state[position >> 3] ^= (ulong)value << (8 * (position & 7));

    /// <summary>Keccak-f[1600].</summary>
    private static void Permute(Span<ulong> state)
    {
        Span<ulong> parity = stackalloc ulong[5];
        foreach (var constant in RoundConstants)
        {
            // Theta.
            for (var x = 0; x < 5; x++)
            {
                parity[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
            }

            for (var x = 0; x < 5; x++)
            {
                var change = parity[(x + 4) % 5] ^ BitOperations.RotateLeft(parity[(x + 1) % 5], 1);
                for (var y = 0; y < Lanes; y += 5)
                {
                    state[y + x] ^= change;
                }
            }

            // Rho and pi.
            var moving = state[1];
            for (var i = 0; i < PiLanes.Length; i++)
            {
                var lane = PiLanes[i];
                (moving, state[lane]) = (state[lane], BitOperations.RotateLeft(moving, Rotations[i]));
            }

            // Chi.
            for (var y = 0; y < Lanes; y += 5)
            {
                state.Slice(y, 5).CopyTo(parity);
                for (var x = 0; x < 5; x++)
                {
                    state[y + x] = parity[x] ^ (~parity[(x + 1) % 5] & parity[(x + 2) % 5]);
                }
            }

            // Iota.
            state[0] ^= constant;
        }
    }
}
