using System.Text;

namespace Tunnel.Portal.Web.Import.Syntax;

/// <summary>
/// Splits nginx's configuration into statements by the rules of <c>ngx_conf_read_token</c>: words end at blanks, <c>;</c> and <c>{</c>;
/// quotes count at a word's beginning only; <c>${</c> opens no block; <c>#</c> begins a comment where a word could begin.
/// </summary>
internal sealed class NginxTokenizer(string file, string text)
{
    private readonly List<string> _words = [];
    private int _position;
    private int _line = 1;

    /// <summary>The words of the last statement.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>Where the last statement's first word stands, or what ended it if it had none.</summary>
    public NginxPlace Place { get; private set; }

    /// <summary>What was wrong, after <see cref="NginxStatementEnd.Error"/>.</summary>
    public NginxProblem? Problem { get; private set; }

    /// <summary>Reads the next statement.</summary>
    public NginxStatementEnd Next()
    {
        _words.Clear();
        while (true)
        {
            SkipBlanksAndComments();
            if (_words.Count == 0)
            {
                Place = new NginxPlace(file, _line);
            }

            if (_position >= text.Length)
            {
                return _words.Count == 0 ? NginxStatementEnd.FileEnd : Fail(_line, "the file ends within a directive; expected ';'");
            }

            var character = text[_position];
            switch (character)
            {
                case ';' or '{':
                    _position++;
                    return _words.Count == 0 ? Fail(_line, $"unexpected '{character}'") : character == ';' ? NginxStatementEnd.Semicolon : NginxStatementEnd.BlockStart;
                case '}':
                    _position++;
                    return _words.Count == 0 ? NginxStatementEnd.BlockEnd : Fail(_line, "unexpected '}'; is the ';' before it missing?");
                case '"' or '\'':
                    if (!ReadQuoted(character))
                    {
                        return NginxStatementEnd.Error;
                    }

                    break;
                default:
                    ReadPlain();
                    break;
            }

            if (_words[^1].Length > NginxLimits.ParameterCharacters || _words.Count > NginxLimits.Parameters)
            {
                return Fail(_line, "the parameter is too long; is a quote or a ';' missing?");
            }
        }
    }

    private void SkipBlanksAndComments()
    {
        for (; _position < text.Length; _position++)
        {
            switch (text[_position])
            {
                case '\n':
                    _line++;
                    break;
                case ' ' or '\t' or '\r':
                    break;
                case '#':
                    var end = text.IndexOf('\n', _position);
                    _position = (end < 0 ? text.Length : end) - 1;
                    break;
                default:
                    return;
            }
        }
    }

    /// <summary>False after a complaint.</summary>
    private bool ReadQuoted(char quote)
    {
        var line = _line;
        var start = ++_position;
        while (_position < text.Length && text[_position] != quote)
        {
            Advance();
        }

        if (_position >= text.Length)
        {
            Fail(line, $"the text that begins here with {quote} has no end");
            return false;
        }

        _words.Add(Unescape(text.AsSpan(start, _position - start)));
        _position++;

        // What may follow a quote; a bracket is for conditions such as if ($a = "b").
        if (_position < text.Length && text[_position] is not (' ' or '\t' or '\r' or '\n' or ';' or '{' or ')'))
        {
            Fail(_line, $"unexpected '{text[_position]}' behind a closing quote");
            return false;
        }

        return true;
    }

    private void ReadPlain()
    {
        var start = _position;
        while (_position < text.Length)
        {
            var character = text[_position];
            var opensBlock = character == '{' && (_position == start || text[_position - 1] != '$');
            if (character is ' ' or '\t' or '\r' or '\n' or ';' || opensBlock)
            {
                break;
            }

            Advance();
        }

        _words.Add(Unescape(text.AsSpan(start, _position - start)));
    }

    /// <summary>One character, or a backslash with the one that it escapes.</summary>
    private void Advance()
    {
        var length = text[_position] == '\\' && _position + 1 < text.Length ? 2 : 1;
        _line += text.AsSpan(_position, length).Count('\n');
        _position += length;
    }

    /// <summary>Only these are escapes; any other backslash stays, which regular expressions rely on.</summary>
    private static string Unescape(ReadOnlySpan<char> word)
    {
        if (!word.Contains('\\'))
        {
            return word.ToString();
        }

        var result = new StringBuilder(word.Length);
        for (var index = 0; index < word.Length; index++)
        {
            var escaped = word[index] == '\\' && index + 1 < word.Length ? word[index + 1] : '\0';
            char? meant = escaped switch
            {
                '"' or '\'' or '\\' => escaped,
                't' => '\t',
                'r' => '\r',
                'n' => '\n',
                _ => null,
            };
            result.Append(meant ?? word[index]);
            index += meant is null ? 0 : 1;
        }

        return result.ToString();
    }

    private NginxStatementEnd Fail(int line, string message)
    {
        Problem = new NginxProblem(new NginxPlace(file, line), message);
        return NginxStatementEnd.Error;
    }
}
