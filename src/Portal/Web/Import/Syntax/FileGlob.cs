namespace Tunnel.Portal.Web.Import.Syntax;

/// <summary>The wildcards of glob(7) for one part of a path: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[!a-z]</c>. Neither stands for a dot in front.</summary>
internal static class FileGlob
{
    public static bool HasWildcards(string text) => text.AsSpan().ContainsAny('*', '?', '[');

    /// <summary>Whether a file's name fits; takes at most the product of both lengths in steps.</summary>
    public static bool Matches(string pattern, string name)
    {
        if (name.StartsWith('.') && !pattern.StartsWith('.'))
        {
            return false;
        }

        // The usual two cursors: after a mismatch the last star takes one character more.
        int at = 0, of = 0, star = -1, starAt = 0;
        while (at < name.Length)
        {
            if (of < pattern.Length && pattern[of] == '*')
            {
                star = of++;
                starAt = at;
            }
            else if (of < pattern.Length && MatchesOne(pattern, ref of, name[at]))
            {
                at++;
            }
            else if (star >= 0)
            {
                of = star + 1;
                at = ++starAt;
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(of).TrimStart('*').IsEmpty;
    }

    /// <summary>Whether a character fits what stands at <paramref name="of"/>, which moves behind it then.</summary>
    private static bool MatchesOne(string pattern, ref int of, char character)
    {
        if (pattern[of] == '[' && pattern.IndexOf(']', of + 1) is > 0 and var end && end > of + 1)
        {
            var set = pattern.AsSpan(of + 1, end - of - 1);
            if (!MatchesSet(set, character))
            {
                return false;
            }

            of = end + 1;
            return true;
        }

        if (pattern[of] != '?' && pattern[of] != character)
        {
            return false;
        }

        of++;
        return true;
    }

    private static bool MatchesSet(ReadOnlySpan<char> set, char character)
    {
        var negated = set[0] is '!' or '^';
        var found = false;
        for (var index = negated ? 1 : 0; index < set.Length; index++)
        {
            if (index + 2 < set.Length && set[index + 1] == '-')
            {
                found |= character >= set[index] && character <= set[index + 2];
                index += 2;
            }
            else
            {
                found |= character == set[index];
            }
        }

        return found != negated;
    }
}
