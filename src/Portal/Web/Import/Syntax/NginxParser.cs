using System.Collections.Immutable;

namespace Tunnel.Portal.Web.Import.Syntax;

/// <summary>
/// Reads a configuration of nginx with all files that it includes. What nginx would not read is a problem with its place; what a
/// directive means is not asked here. Bounded by <see cref="NginxLimits"/>, whatever the files hold.
/// </summary>
internal sealed class NginxParser
{
    /// <summary>Lists of variables and media types that nginx's packages bring, for what nobody needs here; so they need not be there.</summary>
    private static readonly string[] OfNginxItself = ["mime.types", "fastcgi_params", "fastcgi.conf", "uwsgi_params", "scgi_params"];

    private readonly INginxFiles _files;
    private readonly string _folder;
    private int _filesLeft = NginxLimits.Files;
    private int _charactersLeft = NginxLimits.TotalBytes;
    private int _directivesLeft = NginxLimits.Directives;
    private NginxProblem? _problem;

    private NginxParser(string file, INginxFiles files)
    {
        _files = files;
        _folder = Path.GetDirectoryName(file) ?? string.Empty;
    }

    /// <summary>Reads the file and what it includes. Never throws.</summary>
    public static NginxParseResult Parse(string file, INginxFiles files)
    {
        var parser = new NginxParser(file, files);
        var into = ImmutableArray.CreateBuilder<NginxDirective>();
        var good = parser.ReadFile(file, new NginxPlace(file, 1), into, includes: 0, blocks: 0);
        return good ? new NginxParseResult(into.ToImmutable(), null) : new NginxParseResult([], parser._problem);
    }

    /// <summary>False after a complaint, here and below.</summary>
    private bool ReadFile(string file, NginxPlace from, ImmutableArray<NginxDirective>.Builder into, int includes, int blocks)
    {
        if (--_filesLeft < 0 || includes > NginxLimits.IncludeDepth)
        {
            return Fail(from, "too many files are included; does a file include itself?");
        }

        if (!_files.TryRead(file, out var text, out var error))
        {
            return Fail(from, from.File == file ? error : $"include {PlainText.Shorten(file)}: {error}");
        }

        _charactersLeft -= text.Length;
        return _charactersLeft >= 0
            ? ReadBlock(new NginxTokenizer(file, text), into, opening: null, includes, blocks)
            : Fail(from, $"all files together are larger than {NginxLimits.TotalBytes / 1024 / 1024} MiB");
    }

    private bool ReadBlock(NginxTokenizer tokens, ImmutableArray<NginxDirective>.Builder into, NginxPlace? opening, int includes, int blocks)
    {
        while (true)
        {
            var end = tokens.Next();
            switch (end)
            {
                case NginxStatementEnd.Error:
                    _problem = tokens.Problem;
                    return false;
                case NginxStatementEnd.FileEnd:
                    return opening is null || Fail(tokens.Place, $"the file ends within a block; the '}}' of the block at line {opening.Value.Line} is missing");
                case NginxStatementEnd.BlockEnd:
                    return opening is not null || Fail(tokens.Place, "unexpected '}': no block is open");
            }

            if (!ReadDirective(tokens, end, into, includes, blocks))
            {
                return false;
            }
        }
    }

    private bool ReadDirective(NginxTokenizer tokens, NginxStatementEnd end, ImmutableArray<NginxDirective>.Builder into, int includes, int blocks)
    {
        var (place, name) = (tokens.Place, tokens.Words[0]);
        ImmutableArray<string> parameters = [.. tokens.Words.Skip(1)];
        if (--_directivesLeft < 0)
        {
            return Fail(place, $"there are more than {NginxLimits.Directives} directives");
        }

        if (end == NginxStatementEnd.Semicolon)
        {
            if (name == "include")
            {
                return parameters is [var pattern] ? Include(pattern, place, into, includes, blocks) : Fail(place, "include takes one file");
            }

            into.Add(new NginxDirective(name, parameters, place));
            return true;
        }

        if (blocks >= NginxLimits.BlockDepth)
        {
            return Fail(place, $"blocks stand more than {NginxLimits.BlockDepth} deep in each other");
        }

        var block = ImmutableArray.CreateBuilder<NginxDirective>();
        if (!ReadBlock(tokens, block, place, includes, blocks + 1))
        {
            return false;
        }

        into.Add(new NginxDirective(name, parameters, place) { Block = block.ToImmutable() });
        return true;
    }

    private bool Include(string pattern, NginxPlace place, ImmutableArray<NginxDirective>.Builder into, int includes, int blocks)
    {
        if (FileGlob.HasWildcards(pattern))
        {
            // Where nothing matches there is nothing to include, as in nginx.
            return Places(pattern).Select(_files.Match).FirstOrDefault(static found => found.Count > 0, [])
                .All(file => ReadFile(file, place, into, includes + 1, blocks));
        }

        if (Places(pattern).FirstOrDefault(_files.Exists) is { } found)
        {
            return ReadFile(found, place, into, includes + 1, blocks);
        }

        return OfNginxItself.Contains(Path.GetFileName(pattern), StringComparer.Ordinal)
            || Fail(place, $"include {PlainText.Shorten(pattern)}: there is no such file; copy it beside this one, or remove the line");
    }

    /// <summary>
    /// nginx looks beside its main file. A site's file, from <c>sites-available</c> or <c>conf.d</c>, stands one folder below that.
    /// </summary>
    private IEnumerable<string> Places(string pattern)
    {
        yield return Path.Combine(_folder, pattern);
        if (!pattern.StartsWith('/'))
        {
            yield return Path.Combine(_folder, "..", pattern);
        }
    }

    private bool Fail(NginxPlace place, string message)
    {
        _problem = new NginxProblem(place, message);
        return false;
    }
}
