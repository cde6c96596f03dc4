namespace Tunnel.Shared.Configuration.Syntax;

/// <summary>Replaces comments (<c>//</c>, <c>#</c>, <c>/* */</c>) by blanks, so that every other byte keeps its place.</summary>
internal static class CommentBlanker
{
    /// <summary>Blanks in place; returns the offset of a <c>/*</c> that is never closed, or -1.</summary>
    public static int Blank(Span<byte> text)
    {
        var index = 0;
        while (index < text.Length)
        {
            switch (text[index])
            {
                case (byte)'"':
                    index = SkipString(text, index + 1);
                    break;
                case (byte)'#':
                    index = BlankLine(text, index);
                    break;
                case (byte)'/' when Next(text, index) == '/':
                    index = BlankLine(text, index);
                    break;
                case (byte)'/' when Next(text, index) == '*':
                    var end = text[(index + 2)..].IndexOf("*/"u8);
                    var stop = end < 0 ? text.Length : index + 2 + end + 2;
                    BlankRange(text[index..stop]);
                    if (end < 0)
                    {
                        return index;
                    }

                    index = stop;
                    break;
                default:
                    index++;
                    break;
            }
        }

        return -1;
    }

    private static int Next(ReadOnlySpan<byte> text, int index) => index + 1 < text.Length ? text[index + 1] : -1;

    private static int SkipString(ReadOnlySpan<byte> text, int index)
    {
        while (index < text.Length)
        {
            if (text[index] == (byte)'\\')
            {
                index += 2;
            }
            else if (text[index++] == (byte)'"')
            {
                return index;
            }
        }

        return text.Length;
    }

    private static int BlankLine(Span<byte> text, int index)
    {
        var length = text[index..].IndexOf((byte)'\n');
        var stop = length < 0 ? text.Length : index + length;
        BlankRange(text[index..stop]);
        return stop;
    }

    private static void BlankRange(Span<byte> range)
    {
        foreach (ref var value in range)
        {
            if (value is not ((byte)'\n' or (byte)'\r'))
            {
                value = (byte)' ';
            }
        }
    }
}
