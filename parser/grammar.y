/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The grammar of a line. It takes every sequence of tokens, so that a bad line costs that line and
 * no other; what is wrong with it is said by the binder, which knows the keywords. Tokens carry
 * their places and own no memory.
 */
%code requires {
#include "parser/reader.h"
}

%code provides {
#define YYSTYPE MP_YYSTYPE
}

%code {
int mp_yylex(struct token *lval, void *scanner);

static void mp_yyerror(struct reader *r, void *scanner, const char *msg)
{
	(void)scanner;
	(void)msg;
	r->result = -ENOMEM; /* all tokens are accepted: only the parser's stack can fail */
}
}

%code top {
#include <errno.h>
}

%define api.pure full
%define api.prefix {mp_yy}
%define api.value.type {struct token}
%parse-param { struct reader *r } { void *scanner }
%lex-param { void *scanner }
%expect 0

%token WORD OPEN CLOSE STRING EOL

%%

lines
	: %empty
	| lines line
	;

line
	: EOL					{ if (reader_line(r, LINE_BLANK, $1)) YYABORT; }
	| close rest EOL			{ if (reader_line(r, LINE_CLOSE, $3)) YYABORT; }
	| open rest EOL				{ if (reader_line(r, LINE_OPEN, $3)) YYABORT; }
	| string rest EOL			{ if (reader_line(r, LINE_QUOTED, $3)) YYABORT; }
	| word EOL				{ if (reader_line(r, LINE_WORD, $2)) YYABORT; }
	| word open rest EOL			{ if (reader_line(r, LINE_SECTION, $4)) YYABORT; }
	| word value rest EOL			{ if (reader_line(r, LINE_SETTING, $4)) YYABORT; }
	;

value	: word | string | close ;
rest	: %empty | rest any ;
any	: word | string | open | close ;

word	: WORD		{ reader_add(r, $1); } ;
string	: STRING	{ reader_add(r, $1); } ;
open	: OPEN		{ reader_add(r, $1); } ;
close	: CLOSE		{ reader_add(r, $1); } ;

%%
