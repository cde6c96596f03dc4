namespace Tunnel.Shared.Transport.Http;

/// <summary>Finds the end of a body in the bytes that come, however they are split, and changes nothing. Strict: chunks (RFC 9112, section 7.1) end their lines with CR LF.</summary>
internal sealed class HttpBodyScanner(HttpBody body)
{
    /// <summary>A chunk's size has up to 15 digits; extensions nobody uses may follow.</summary>
    private const int MaxSizeLine = 256;
    private const int MaxSizeDigits = 15;
    private const int MaxTrailers = 8 * 1024;

    private Part _part = body.Chunked ? Part.Size : Part.Data;
    private long _left = body.Chunked ? 0 : body.Length;
    private int _line;
    private int _digits;
    private bool _inExtension;
    private int _trailers;

    private enum Part
    {
        Data,
        Size,
        SizeLineFeed,
        DataReturn,
        DataLineFeed,
        TrailerStart,
        Trailer,
        TrailerLineFeed,
        LastLineFeed,
        Done,
    }

    /// <summary>Whether the end was found.</summary>
    public bool IsDone => _part == Part.Done || (!body.Chunked && _left == 0);

    /// <summary>How many of the bytes belong to the body; -1 where they are no chunks.</summary>
    public int Scan(ReadOnlySpan<byte> bytes)
    {
        var taken = 0;
        while (taken < bytes.Length && !IsDone)
        {
            if (_part == Part.Data)
            {
                var length = (int)Math.Min(_left, bytes.Length - taken);
                _left -= length;
                taken += length;
                if (_left == 0 && body.Chunked)
                {
                    _part = Part.DataReturn;
                }
            }
            else if (!TryStep(bytes[taken++]))
            {
                return -1;
            }
        }

        return taken;
    }

    private bool TryStep(byte value)
    {
        switch (_part)
        {
            case Part.Size:
                return TryReadSize(value);
            case Part.SizeLineFeed:
                _part = _left > 0 ? Part.Data : Part.TrailerStart;
                (_line, _digits, _inExtension) = (0, 0, false);
                return value == '\n';
            case Part.DataReturn:
                _part = Part.DataLineFeed;
                return value == '\r';
            case Part.DataLineFeed:
                _part = Part.Size;
                return value == '\n';
            case Part.TrailerStart:
                _part = value == '\r' ? Part.LastLineFeed : Part.Trailer;
                return value != '\n';
            case Part.Trailer:
                _part = value == '\r' ? Part.TrailerLineFeed : Part.Trailer;
                return value != '\n' && ++_trailers <= MaxTrailers;
            case Part.TrailerLineFeed:
                _part = Part.TrailerStart;
                return value == '\n';
            default:
                _part = Part.Done;
                return value == '\n';
        }
    }

    private bool TryReadSize(byte value)
    {
        if (value == '\r')
        {
            _part = Part.SizeLineFeed;
            return _digits > 0;
        }

        if (++_line > MaxSizeLine || value is < (byte)' ' and not (byte)'\t')
        {
            return false;
        }

        if (_inExtension)
        {
            return true;
        }

        if (char.IsAsciiHexDigit((char)value))
        {
            _left = (_digits == 0 ? 0 : _left << 4) | (uint)HexValue(value);
            return ++_digits <= MaxSizeDigits;
        }

        _inExtension = value is (byte)';' or (byte)' ' or (byte)'\t';
        return _inExtension && _digits > 0;
    }

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
