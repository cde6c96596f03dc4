using System.IO.Pipelines;
using System.Security.Cryptography;
using Tunnel.Shared.VMess.Headers;

namespace Tunnel.Shared.VMess.Server;

/// <summary>
/// How every refused connection ends: nothing is answered, and what comes is read into nothing up to an amount that this server
/// drew when it started, and a little that each connection draws; then the connection is closed. So a prober learns neither from
/// when nor from whether it is closed how far it got. Safe for concurrent use.
/// </summary>
/// <remarks>V2Ray's amount is 54 to 3382 bytes. Here it is never less than the longest header, so that its end makes no difference either.</remarks>
internal sealed class RefusedDrain(int maxConcurrent)
{
    private const int LeastBytes = VMessSealedHeader.PrefixBytes + VMessRequestHeaderCodec.MaxBytes + Cryptography.AeadCipher.TagBytes;
    private const int SpreadOfServer = 3266;
    private const int SpreadOfConnection = 64;

    private readonly int _bytes = LeastBytes + RandomNumberGenerator.GetInt32(SpreadOfServer);
    private int _running;

    /// <summary>The most that is read from a refused connection.</summary>
    internal static int MostBytes => LeastBytes + SpreadOfServer + SpreadOfConnection;

    internal static int FewestBytes => LeastBytes;

    /// <summary>Connections that are being drained now.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Reads until the amount, counted from the input's beginning, the peer's end or the deadline. Closes nothing.</summary>
    public async ValueTask RunAsync(PipeReader input, CancellationToken deadline)
    {
        try
        {
            if (Interlocked.Increment(ref _running) > maxConcurrent)
            {
                return;
            }

            var left = (long)_bytes + RandomNumberGenerator.GetInt32(SpreadOfConnection);
            while (left > 0)
            {
                var read = await input.ReadAsync(deadline);
                left -= read.Buffer.Length;
                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // It went away, or took too long: closed either way.
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
