using System.Buffers;
using Tunnel.Shared.VMess.Cryptography;
using Tunnel.Shared.VMess.Headers;

namespace Tunnel.Shared.VMess.Body;

/// <summary>Reads the chunks of one direction, however they are split. Allocates nothing for a chunk. Not safe for concurrent use.</summary>
/// <remarks>
/// Accepts any size up to 65535. What is authenticated is passed on only whole; clear chunks of a byte stream are passed on as
/// they arrive. V2Ray stops at an end chunk's size without a look at its tag; here the tag is waited for and checked, because a
/// size is malleable and a forged end would be a cut that nobody notices. Every peer sends the tag with the size.
/// </remarks>
internal sealed class ChunkDecoder : IDisposable
{
    private readonly VMessBodyFormat _format;
    private readonly ChunkSizes _sizes;
    private readonly ChunkCipher _cipher;
    private readonly AesCfb128? _legacyStream;
    private readonly bool _passParts;

    // Bytes of the box that are still to come; negative while the next size field is.
    private int _box = -1;

    // Padding behind the box, of which the part that has arrived is skipped before the next size field.
    private int _padding;

    public ChunkDecoder(VMessBodyFormat format, VMessBodyKeys keys, bool response)
    {
        var direction = new ChunkDirection(format, keys, response);
        _format = format;
        _sizes = direction.Sizes;
        _cipher = direction.Cipher;
        _legacyStream = direction.LegacyStream;
        _passParts = format is { Security: VMessSecurity.None, Datagrams: false };
    }

    /// <summary>True after the end chunk; nothing behind it belongs to the body.</summary>
    public bool Ended { get; private set; }

    /// <summary>True where a chunk has begun and is not complete.</summary>
    public bool InsideChunk => _box >= 0;

    /// <summary>
    /// Takes chunks off the beginning of <paramref name="input"/> until it has no whole one any more; of datagrams, takes one at
    /// most. Returns true where it wrote payload or met the end, which for datagrams says that there may be more in the input.
    /// </summary>
    /// <exception cref="VMessException">The bytes are not the chunks of this direction; nothing more can be read.</exception>
    public bool Decode(ref ReadOnlySequence<byte> input, IBufferWriter<byte> output)
    {
        var wrote = false;
        while (!Ended)
        {
            if (_box < 0 && !TryBegin(ref input))
            {
                return wrote;
            }

            if (_passParts && _box > 0)
            {
                if (input.IsEmpty)
                {
                    return wrote;
                }

                PassPart(ref input, output);
                wrote = true;
                continue;
            }

            if (input.Length < _box)
            {
                return wrote;
            }

            OpenBox(ref input, output);
            wrote = true;
            if (_format.Datagrams)
            {
                return true;
            }
        }

        return wrote;
    }

    public void Dispose()
    {
        _sizes.Dispose();
        _cipher.Dispose();
        _legacyStream?.Dispose();
    }

    private bool TryBegin(ref ReadOnlySequence<byte> input)
    {
        Span<byte> head = stackalloc byte[VMessBodyFormat.MaxPadding];
        if (_padding > 0)
        {
            var skip = (int)Math.Min(_padding, input.Length);
            if (_legacyStream is not null)
            {
                input.Slice(0, skip).CopyTo(head);
                _legacyStream.Decrypt(head[..skip]);
            }

            input = input.Slice(skip);
            _padding -= skip;
        }

        head = head[.._sizes.Bytes];
        if (_padding > 0 || input.Length < head.Length)
        {
            return false;
        }

        input.Slice(0, head.Length).CopyTo(head);
        input = input.Slice(head.Length);
        _legacyStream?.Decrypt(head);

        var padding = _sizes.NextPadding();
        if (!_sizes.TryRead(head, out var size))
        {
            throw new VMessException(VMessError.BadChunk, "The size of a VMess chunk was changed on its way, or the peer has another key.");
        }

        var box = size - padding;
        if (box < _cipher.Overhead)
        {
            throw new VMessException(VMessError.BadSize, $"A VMess chunk claims {size} bytes, of which {padding} are padding.");
        }

        _box = box;
        _padding = padding;
        return true;
    }

    private void OpenBox(ref ReadOnlySequence<byte> input, IBufferWriter<byte> output)
    {
        var length = _box - _cipher.Overhead;
        var payload = length == 0 ? [] : output.GetSpan(length)[..length];
        if (!_cipher.TryOpen(input.Slice(0, _box), payload))
        {
            throw new VMessException(VMessError.BadChunk, "A VMess chunk was changed on its way, or the peer has another key.");
        }

        input = input.Slice(_box);
        _box = -1;
        if (length == 0)
        {
            Ended = true;
            return;
        }

        output.Advance(length);
    }

    private void PassPart(ref ReadOnlySequence<byte> input, IBufferWriter<byte> output)
    {
        var part = input.Slice(0, Math.Min(_box, input.Length));
        foreach (var segment in part)
        {
            output.Write(segment.Span);
        }

        input = input.Slice(part.End);
        _box -= (int)part.Length;
        if (_box == 0)
        {
            _box = -1;
        }
    }
}
