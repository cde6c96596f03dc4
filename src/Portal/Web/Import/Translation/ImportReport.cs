using System.Collections.Immutable;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>
/// Keeps account of every directive: whoever translates one takes it, and what nobody took is told in the end. So nothing is
/// lost in silence, whatever a configuration holds.
/// </summary>
internal sealed class ImportReport
{
    private readonly HashSet<NginxDirective> _taken = [];
    private readonly HashSet<NginxDirective> _leftOut = [];
    private readonly Dictionary<NginxDirective, List<string>> _advice = [];

    /// <summary>The directive has its counterpart in the result, or means nothing where it stands.</summary>
    public void Take(NginxDirective directive) => _taken.Add(directive);

    /// <summary>Something about the directive is to be known. The same is told once.</summary>
    public void Remark(NginxDirective directive, string advice)
    {
        _taken.Add(directive);
        if (!_advice.TryGetValue(directive, out var texts))
        {
            _advice.Add(directive, texts = []);
        }

        if (!texts.Contains(advice, StringComparer.Ordinal))
        {
            texts.Add(advice);
        }
    }

    /// <summary>Neither the directive nor anything in its block is in the result.</summary>
    public void LeaveOut(NginxDirective directive, string advice)
    {
        Remark(directive, advice);
        _leftOut.Add(directive);
    }

    /// <summary>The directive is translated after all: what was said when it was left out is forgotten.</summary>
    public void Restore(NginxDirective directive)
    {
        _leftOut.Remove(directive);
        _advice.Remove(directive);
        _taken.Add(directive);
    }

    /// <summary>All remarks about a tree, in its order; what several files include alike is told once.</summary>
    public ImmutableArray<ImportRemark> Collect(ImmutableArray<NginxDirective> roots)
    {
        var remarks = ImmutableArray.CreateBuilder<ImportRemark>();
        var told = new HashSet<ImportRemark>();
        Walk(roots, isLeftOut: false);
        return remarks.ToImmutable();

        void Walk(ImmutableArray<NginxDirective> directives, bool isLeftOut)
        {
            foreach (var directive in directives)
            {
                var unknown = !_taken.Contains(directive);
                IEnumerable<string> texts = _advice.TryGetValue(directive, out var own) ? own : [];
                if (unknown && !isLeftOut && DirectiveAdvice.For(directive) is { } advice)
                {
                    texts = [advice];
                }

                foreach (var text in texts)
                {
                    var remark = new ImportRemark(directive.Place, directive.Name, text);
                    if (told.Add(remark))
                    {
                        remarks.Add(remark);
                    }
                }

                // In what is left out as a whole, the reasons may stand.
                if (!unknown && directive.Block is { } block)
                {
                    Walk(block, isLeftOut || _leftOut.Contains(directive));
                }
            }
        }
    }
}
