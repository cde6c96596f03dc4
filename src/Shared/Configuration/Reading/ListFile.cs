using System.Text;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads the text files that rules name with <c>ext:FILE</c>: one entry on a line, <c>#</c> begins a comment.</summary>
internal static class ListFile
{
    /// <summary>The largest file that is read: a million names.</summary>
    private const int MaxBytes = 32 * 1024 * 1024;

    /// <summary>Each entry of other kinds than <c>full:</c> and <c>domain:</c> is tried for each connection, and an expression takes some 10 KiB.</summary>
    private const int MaxSlowPatterns = 1000;

    /// <summary>How many wrong lines of one file are told.</summary>
    private const int MaxComplaints = 10;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly string[] Prefixes = ["ext:", "ext-ip:", "ext-domain:"];

    /// <summary>Whether an item of a rule names a list file; if so its path, relative to the configuration's folder, is made a full one.</summary>
    public static bool IsNamed(TextItem item, ProblemList problems, out string? path)
    {
        path = null;
        var prefix = Array.Find(Prefixes, prefix => item.Text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
        if (prefix is null)
        {
            return false;
        }

        var name = item.Text[prefix.Length..];
        var drive = OperatingSystem.IsWindows() && name.Length > 1 && name[1] == ':' ? 2 : 0;
        if (name.IndexOf(':', drive) >= 0)
        {
            problems.Error(
                item.Node,
                $"'{Describe.Shorten(item.Text)}' names a list in a binary file of V2Ray, which cannot be read here; write its entries to a text file, one on a line, and name that with 'ext:FILE'");
        }
        else if (name.Length == 0)
        {
            problems.Error(item.Node, $"'{prefix}' names no file; write 'ext:FILE', relative to the folder of this configuration");
        }
        else
        {
            try
            {
                path = Path.GetFullPath(Path.Combine(problems.Folder, name));
                problems.NoteFile(path);
            }
            catch (Exception exception) when (exception is ArgumentException or IOException or NotSupportedException)
            {
                problems.Error(item.Node, $"'{Describe.Shorten(name)}' is not the name of a file: {exception.Message}");
            }
        }

        return true;
    }

    public static AddressList? ReadAddresses(string path, TextItem item, ProblemList problems)
    {
        var blocks = Read<CidrBlock>(path, item, problems, static text => CidrBlock.TryParse(text, out var block)
            ? (block, null)
            : (null, $"found '{Describe.Shorten(text)}', expected an IP address or a block such as '10.0.0.0/8' or '2001:db8::/32'"));
        return blocks is null ? null : new AddressList { Name = "ext:" + path, Blocks = [.. blocks] };
    }

    public static DomainList? ReadDomains(string path, TextItem item, ProblemList problems)
    {
        var slow = 0;
        var patterns = Read<DomainPattern>(path, item, problems, text =>
        {
            if (!DomainPattern.TryParse(text, out var pattern, out var error, plain: DomainPatternKind.Domain))
            {
                return (null, error);
            }

            if (pattern.Kind is not (DomainPatternKind.Full or DomainPatternKind.Domain) && ++slow > MaxSlowPatterns)
            {
                return (null, $"more than {MaxSlowPatterns} entries are neither 'full:' nor 'domain:', and all of them are tried for each connection; write names instead");
            }

            return text.Any(char.IsWhiteSpace) && pattern.Kind != DomainPatternKind.Regexp
                ? (null, $"found '{Describe.Shorten(text)}' with a blank in it, expected one pattern on a line, such as 'example.com' or 'full:www.example.com'")
                : (pattern, null);
        });
        return patterns is null ? null : new DomainList { Name = "ext:" + path, Patterns = [.. patterns] };
    }

    private static List<T>? Read<T>(string path, TextItem item, ProblemList problems, Func<string, (T? Entry, string? Error)> parse)
        where T : class
    {
        try
        {
            if (BoundedFile.Read(path, MaxBytes) is not { } content)
            {
                problems.Error(item.Node, $"{path}: the file is larger than {MaxBytes / 1024 / 1024} MiB, which no list is");
                return null;
            }

            using var reader = new StringReader(Utf8.GetString(content.Span).TrimStart('\uFEFF'));
            var entries = new List<T>();
            var complaints = 0;
            var number = 0;
            while (reader.ReadLine() is { } line)
            {
                number++;
                var text = WithoutComment(line);
                if (text.Length == 0)
                {
                    continue;
                }

                var (entry, error) = parse(text);
                if (entry is not null)
                {
                    entries.Add(entry);
                }
                else if (++complaints > MaxComplaints)
                {
                    problems.Error(item.Node, $"{path}:{number}: more than {MaxComplaints} lines are wrong; the rest is not shown");
                    return null;
                }
                else
                {
                    problems.Error(item.Node, $"{path}:{number}: {error}");
                }
            }

            return complaints == 0 ? entries : null;
        }
        catch (DecoderFallbackException)
        {
            problems.Error(item.Node, $"{path}: the file is not UTF-8 text; a list is a text file with one entry on a line");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problems.Error(item.Node, $"the list cannot be read: {exception.Message}");
        }

        return null;
    }

    /// <summary>A <c>#</c> within a word is none: expressions may contain it.</summary>
    private static string WithoutComment(string line)
    {
        for (var index = line.IndexOf('#', StringComparison.Ordinal); index >= 0; index = line.IndexOf('#', index + 1))
        {
            if (index == 0 || char.IsWhiteSpace(line[index - 1]))
            {
                line = line[..index];
                break;
            }
        }

        return line.Trim();
    }
}
