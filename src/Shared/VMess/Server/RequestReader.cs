using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Tunnel.Shared.VMess.Cryptography;
using Tunnel.Shared.VMess.Headers;

namespace Tunnel.Shared.VMess.Server;

/// <summary>Reads and judges requests. Never takes a byte behind the header it returns, and after a refusal has taken none at all. Safe for concurrent use.</summary>
internal sealed class RequestReader(VMessServerOptions options) : IDisposable
{
    /// <summary>How long a pair of body keys is remembered; V2Ray's session history.</summary>
    private static readonly TimeSpan BodyKeyMemory = TimeSpan.FromMinutes(3);

    private readonly UserTable _users = new(options.Users);
    private readonly ReplayFilter<UInt128> _authIds = new(options.ReplayCapacity);
    private readonly ReplayFilter<BodyKeyFingerprint> _bodyKeys = new(options.ReplayCapacity);
    private volatile LegacyHashTable? _legacy = options.AllowLegacy ? new LegacyHashTable(options.Users) : null;

    /// <summary>Others may connect from now on; what is remembered against replays stays.</summary>
    /// <exception cref="ArgumentException">The legacy format is allowed, and the users have too many alter ids for it; nothing has changed.</exception>
    public void ReplaceUsers(IReadOnlyList<VMessUser> users)
    {
        _legacy = options.AllowLegacy ? new LegacyHashTable(users) : null;
        _users.Replace(users);
    }

    public async ValueTask<RequestReadResult> ReadAsync(PipeReader input, CancellationToken cancellationToken)
    {
        var first = await PeekAsync(input, VMessAuthId.Size, cancellationToken);
        if (first is null)
        {
            return Lost;
        }

        var now = options.TimeProvider.GetUtcNow().ToUnixTimeSeconds();
        if (_users.Find(first) is { } found)
        {
            return Admit(first, found.User, found.UnixSeconds, now) ?? await ReadSealedAsync(input, found.User, cancellationToken);
        }

        if (_legacy?.Find(BinaryPrimitives.ReadUInt128BigEndian(first), now) is { } legacy)
        {
            return await ReadLegacyAsync(input, legacy.User, legacy.UnixSeconds, cancellationToken);
        }

        return RequestReadResult.Refuse(
            VMessRefusalReason.UnknownUser,
            _legacy is null
                ? "no user has the id that the request was made with (or it is in the legacy format, alterId above 0, which is not accepted)"
                : "no user has the id that the request was made with");
    }

    public void Dispose() => _users.Dispose();

    private static RequestReadResult Lost => RequestReadResult.Refuse(VMessRefusalReason.ConnectionLost, "the peer closed the connection during the handshake");

    /// <summary>Judges an authId; null where it is good.</summary>
    private RequestReadResult? Admit(ReadOnlySpan<byte> authId, VMessUser user, long unixSeconds, long now)
    {
        if (!AuthWindow.Contains(unixSeconds, now))
        {
            // A number that a peer made up may be no time at all.
            var skew = TimeSpan.FromSeconds(Math.Clamp((double)unixSeconds - now, -1e10, 1e10));
            return RequestReadResult.Refuse(
                VMessRefusalReason.ClockSkew,
                $"the peer's clock is {Math.Abs(skew.TotalSeconds):0} s {(skew > TimeSpan.Zero ? "ahead" : "behind")}, and {AuthWindow.Seconds} s are allowed: set one of the two clocks",
                user,
                skew);
        }

        var verdict = _authIds.Add(BinaryPrimitives.ReadUInt128BigEndian(authId), unixSeconds + AuthWindow.Seconds, now);
        return Refuse(verdict, user);
    }

    private static RequestReadResult? Refuse(ReplayVerdict verdict, VMessUser user) => verdict switch
    {
        ReplayVerdict.Fresh => null,
        ReplayVerdict.Repeated => RequestReadResult.Refuse(VMessRefusalReason.Replayed, "the request was seen before: somebody replays recorded bytes", user),
        _ => RequestReadResult.Refuse(VMessRefusalReason.Overloaded, "too many requests within four minutes to remember them against replays", user),
    };

    private static RequestReadResult Malformed(VMessUser user, string why) =>
        RequestReadResult.Refuse(VMessRefusalReason.Malformed, "the request's header is malformed: " + why, user);

    private async ValueTask<RequestReadResult> ReadSealedAsync(PipeReader input, VMessUser user, CancellationToken cancellationToken)
    {
        var prefix = await PeekAsync(input, VMessSealedHeader.PrefixBytes, cancellationToken);
        if (prefix is null)
        {
            return Lost;
        }

        if (!VMessSealedHeader.TryOpenLength(user.Id.CommandKey, prefix, out var length))
        {
            return Malformed(user, "its length was changed on its way");
        }

        if (length > VMessRequestHeaderCodec.MaxBytes)
        {
            return Malformed(user, $"it claims {length} bytes");
        }

        var total = VMessSealedHeader.PrefixBytes + length + AeadCipher.TagBytes;
        var whole = await PeekAsync(input, total, cancellationToken);
        if (whole is null)
        {
            return Lost;
        }

        var plain = new byte[length];
        if (!VMessSealedHeader.TryOpen(user.Id.CommandKey, whole, whole.AsSpan(VMessSealedHeader.PrefixBytes), plain))
        {
            return Malformed(user, "it was changed on its way");
        }

        return VMessRequestHeaderCodec.TryRead(plain, out var header, out _) == OperationStatus.Done
            ? await FinishAsync(input, user, header!, legacy: false, total, cancellationToken)
            : Malformed(user, "a field is out of range");
    }

    private async ValueTask<RequestReadResult> ReadLegacyAsync(PipeReader input, VMessUser user, long unixSeconds, CancellationToken cancellationToken)
    {
        // Its length is known only by reading it.
        var least = VMessLegacyHeader.HashBytes + 1;
        while (true)
        {
            var bytes = await PeekAsync(input, least, cancellationToken, VMessLegacyHeader.HashBytes + VMessRequestHeaderCodec.MaxBytes);
            if (bytes is null)
            {
                return Lost;
            }

            least = bytes.Length + 1;
            var status = VMessLegacyHeader.TryRead(user.Id, unixSeconds, bytes.AsSpan(VMessLegacyHeader.HashBytes), out var header, out var consumed);
            if (status == OperationStatus.Done)
            {
                return await FinishAsync(input, user, header!, legacy: true, VMessLegacyHeader.HashBytes + consumed, cancellationToken);
            }

            if (status == OperationStatus.InvalidData)
            {
                return Malformed(user, "a field is out of range, or it was changed on its way");
            }
        }
    }

    private async ValueTask<RequestReadResult> FinishAsync(
        PipeReader input, VMessUser user, VMessRequestHeader header, bool legacy, int length, CancellationToken cancellationToken)
    {
        if (header.Security == VMessSecurity.LegacyCfb && !options.AllowLegacy)
        {
            return RequestReadResult.Refuse(VMessRefusalReason.LegacyCipher, "the request asks for the legacy cipher, which is not accepted", user);
        }

        if (!VMessConnection.FormatOf(header).IsValid)
        {
            return Malformed(user, $"no body is like {header.Security} with the options {header.Options} and the command {header.Command}");
        }

        var now = options.TimeProvider.GetTimestamp();
        var expiry = now + (long)(BodyKeyMemory.TotalSeconds * options.TimeProvider.TimestampFrequency);
        var fingerprint = new BodyKeyFingerprint(
            user, BinaryPrimitives.ReadUInt128BigEndian(header.BodyKey), BinaryPrimitives.ReadUInt128BigEndian(header.BodyIv));
        if (Refuse(_bodyKeys.Add(fingerprint, expiry, now), user) is { } refusal)
        {
            return refusal;
        }

        var read = await input.ReadAtLeastAsync(length, cancellationToken);
        input.AdvanceTo(read.Buffer.GetPosition(length));
        return RequestReadResult.Of(user, header, legacy);
    }

    /// <summary>The first bytes of the input, at least so many and at most <paramref name="most"/>, which stay there; null where it ends before.</summary>
    private static async ValueTask<byte[]?> PeekAsync(PipeReader input, int least, CancellationToken cancellationToken, int most = 0)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            if (buffer.Length >= least)
            {
                var bytes = buffer.Slice(0, Math.Min(buffer.Length, Math.Max(least, most))).ToArray();

                // Not examined: the next look must not wait for more than this one saw.
                input.AdvanceTo(buffer.Start, buffer.Start);
                return bytes;
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                return null;
            }
        }
    }
}
