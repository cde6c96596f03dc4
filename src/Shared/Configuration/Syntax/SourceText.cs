using System.Text;

namespace Tunnel.Shared.Configuration.Syntax;

/// <summary>A configuration's bytes, and where their lines begin.</summary>
internal sealed class SourceText
{
    private readonly List<int> _lineStarts = [0];

    public SourceText(string fileName, ReadOnlyMemory<byte> utf8)
    {
        FileName = fileName;

        // A byte order mark says nothing in UTF-8; without it, columns count from the first visible character.
        Bytes = utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;
        var span = Bytes.Span;
        for (var index = 0; index < span.Length; index++)
        {
            if (span[index] == (byte)'\n')
            {
                _lineStarts.Add(index + 1);
            }
        }
    }

    public string FileName { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Line and column, both from 1; the column counts UTF-16 characters, as editors do.</summary>
    public (int Line, int Column) Locate(int offset)
    {
        offset = Math.Clamp(offset, 0, Bytes.Length);
        var line = _lineStarts.BinarySearch(offset);
        if (line < 0)
        {
            line = ~line - 1;
        }

        var start = _lineStarts[line];
        return (line + 1, Encoding.UTF8.GetCharCount(Bytes.Span[start..offset]) + 1);
    }

    /// <summary>The offset of a byte in a line, both from 0.</summary>
    public int OffsetOf(long line, long byteInLine) =>
        line >= _lineStarts.Count ? Bytes.Length : (int)Math.Clamp(_lineStarts[(int)line] + byteInLine, 0, Bytes.Length);
}
