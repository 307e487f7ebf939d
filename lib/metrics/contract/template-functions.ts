/**
 * Functions that templates of labels and annotations of alerts may call. Of Prometheus 3.16 (`NewTemplateExpander` in its
 * template/template.go), and those of Go's text/template (`builtins` in funcs.go), on which they stand.
 *
 * @internal
 */
export const TEMPLATE_FUNCTIONS: readonly string[] = [
  ...['query', 'first', 'label', 'value', 'strvalue', 'sortByLabel', 'args', 'match', 'reReplaceAll', 'safeHtml'],
  ...['title', 'toUpper', 'toLower', 'graphLink', 'tableLink', 'stripPort', 'stripDomain', 'urlQueryEscape'],
  ...['humanize', 'humanize1024', 'humanizeDuration', 'humanizePercentage', 'humanizeTimestamp'],
  ...['toTime', 'toDuration', 'parseDuration', 'now', 'pathPrefix', 'externalURL'],
  ...['and', 'or', 'not', 'eq', 'ne', 'lt', 'le', 'gt', 'ge', 'call', 'index', 'slice', 'len'],
  ...['print', 'printf', 'println', 'html', 'js', 'urlquery'],
];

/**
 * Variables that Prometheus declares before each template of an alert (`testTemplateParsing` in its model/rulefmt).
 *
 * @internal
 */
export const TEMPLATE_VARIABLES: readonly string[] = ['$', '$labels', '$externalLabels', '$externalURL', '$value'];
