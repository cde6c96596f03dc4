using System.Diagnostics;

namespace Tunnel.Fuzz.Engine;

/// <summary>Makes a failing input shorter while it fails in the same way.</summary>
internal static class Minimizer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static byte[] Shorten(byte[] bytes, Func<byte[], bool> failsAlike)
    {
        var start = Stopwatch.GetTimestamp();
        for (var size = bytes.Length / 2; size > 0; size /= 2)
        {
            for (var at = 0; at + size <= bytes.Length;)
            {
                if (Stopwatch.GetElapsedTime(start) > Patience)
                {
                    return bytes;
                }

                byte[] shorter = [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at + size)];
                if (failsAlike(shorter))
                {
                    bytes = shorter;
                }
                else
                {
                    at += size;
                }
            }
        }

        return bytes;
    }
}
